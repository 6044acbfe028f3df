# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the result of a failed task to words for people: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.kombify.stack.plugins.plugin_utils.failure_rules import RULES

TEXTS = ("msg", "reason", "stderr", "module_stderr", "stdout", "module_stdout")
EMPTY = {
    *("", "non-zero return code", "The command exited with a non-zero return code."),
    *("MODULE FAILURE", "One or more items failed", "All items completed"),
}
SAID_BY_ROLES = {"fail", "assert"}
PREFIX = re.compile(r"^(Task failed: |Module failed: |Action failed: |\[ERROR\]: )+")
LONGEST = 600


class Advice(NamedTuple):
    """What happened and what to do; nothing to do is known for a failure whose own message has to do."""

    what: str
    advice: str
    message: str


def advise(host: str, result: Mapping[str, Any], action: str = "") -> Advice:
    """Explain the failure of a task on a host. What a role says itself, with a task that only fails, is clear."""
    message = _message(result)
    if action.removeprefix("ansible.builtin.") in SAID_BY_ROLES:
        return Advice(message, "", message)
    text = "\n".join(_texts(result))
    for rule in RULES:
        found = re.search(rule.traces, text)
        if found:
            names = {"host": host, **found.groupdict()}
            return Advice(rule.what.format(**names), rule.advice.format(**names), message)
    return Advice(message, "", message)


def _texts(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield what programs said, of a loop only about the items that failed."""
    for item in _failed_items(result):
        yield from _texts(item)
    yield from (str(result[name]) for name in TEXTS if result.get(name))


def _message(result: Mapping[str, Any]) -> str:
    """Return the shortest text that says something: the message, else the last words of the program."""
    for item in _failed_items(result):
        label = item.get("_ansible_item_label")
        return f"{label}: {_message(item)}" if isinstance(label, (str, int)) else _message(item)
    for name in TEXTS:
        text = PREFIX.sub("", str(result.get(name) or "").strip())
        if text not in EMPTY and not text.startswith("MODULE FAILURE"):
            return _short(text, from_end=name not in ("msg", "reason"))
    if "censored" in result:
        return "what it said is hidden, because it may hold secrets"
    code = result.get("rc")
    return "it failed without a word" if code is None else f"it ended with exit code {code} without a word"


def _failed_items(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    items = result.get("results")
    found = items if isinstance(items, Sequence) else ()
    return [item for item in found if isinstance(item, Mapping) and (item.get("failed") or item.get("unreachable"))]


def _short(text: str, *, from_end: bool) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    text = " ".join(lines[-3:] if from_end else lines)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
