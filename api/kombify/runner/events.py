"""From an event of ansible-runner to one line of our own file: what is worth keeping, secrets left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

HIDDEN = "(hidden)"
KEPT = ("uuid", "parent_uuid", "counter", "event", "created", "start_line", "end_line", "stdout")
NOT_KEPT = {"ansible_facts", "invocation", "playbook_uuid", "task_args"}
"""Facts are in the fact cache, arguments of modules are where secrets are."""
LONGEST = 20_000
"""Characters that are kept of one text."""

_SECRET_KEY = re.compile(r"(?i)(passw|secret|token|private_?key|api_?key|credential)")
_SECRET_TEXT = (
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END|\Z)", re.DOTALL), rf"\1{HIDDEN}\2"),
    (re.compile(r"(PVEAPIToken=[^=\s]+=)[^\s'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(authorization: *(?:bearer|basic) +)[^\s'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(\w://[^\s:/@]+:)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(r"(?i)((?:passw\w*|secret|token|private_?key|api_?key)\"?\s*[:=]\s*\")[^\"]+"),
        rf"\1{HIDDEN}",
    ),
)
_TELLING = ("authorization", "key", "passw", "secret", "token", "://")
"""One of these is in every text that a pattern can find: most texts have none, and are done with soon."""


class Redactor:
    """Leaves secrets out: those that are known, those under a telling name, and those that look like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # A very short secret would blank out half of the text, and hides nothing.
        self._known = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return a text without secrets, and not longer than it may be."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        plain = text.casefold()
        if any(word in plain for word in _TELLING):
            for pattern, kept in _SECRET_TEXT:
                text = pattern.sub(kept, text)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST} characters more)"

    def value(self, value: Any) -> Any:
        """Return any value without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._under(str(key), item) for key, item in value.items() if key not in NOT_KEPT}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # JSON has no word for it: nobody could read the line
        if value is None or isinstance(value, (bool, int, float)):
            return value
        # Nothing else is JSON. What it is may be shown; what it says may be a secret, such as a text of a vault.
        return value.isoformat() if isinstance(value, date) else f"({type(value).__name__})"

    def _under(self, key: str, value: Any) -> Any:
        return HIDDEN if isinstance(value, str) and value and _is_secret(key) else self.value(value)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    """Tell whether what has this name is secret."""
    return _SECRET_KEY.search(name) is not None


def secrets_in(variables: Mapping[str, Any]) -> set[str]:
    """Return the texts whose name says that they are secret."""
    found: set[str] = set()
    for name, value in variables.items():
        if isinstance(value, str) and _is_secret(name):
            found.add(value)
        elif isinstance(value, Mapping):
            found |= secrets_in(value)
    return found


def shaped(event: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """Return an event as it is kept: the form of AWX's job events, without secrets."""
    kept = {name: event[name] for name in KEPT if event.get(name) is not None}
    if "stdout" in kept:  # Ansible writes to a terminal of its own
        kept["stdout"] = kept["stdout"].replace("\r\n", "\n")
    return redactor.value({**kept, "event_data": event.get("event_data") or {}})  # type: ignore[no-any-return]
