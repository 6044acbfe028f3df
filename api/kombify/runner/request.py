"""What a job shall run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class AwxTarget:
    """A job template of an AWX."""

    url: str
    token: str
    """A reference; its value is read when the job starts."""
    template: str
    """The name of the job template."""
    verify_tls: bool = True


@dataclass(frozen=True)
class Request:
    """One run of a playbook. Values of ``variables`` reach the play as they are: they are never templates."""

    playbook: str
    """A playbook of a collection, such as ``kombify.stack.site``, or the absolute path of a file."""
    inventories: tuple[str, ...]
    """Absolute paths; of variables that several set, the last one counts."""
    title: str = ""
    """What people call it, such as ``up``."""
    tags: tuple[str, ...] = ()
    limit: str = ""
    check: bool = False
    diff: bool = False
    verbosity: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secret: tuple[str, ...] = ()
    """Names of variables whose values are secret although their names do not say so."""
    awx: AwxTarget | None = None
    """The AWX that runs it; without one it runs here."""

    def arguments(self, variables: Path) -> list[str]:
        """Return what follows ``ansible-playbook`` on a command line. Variables are in this file if there is one."""
        words = [word for inventory in self.inventories for word in ("-i", inventory)]
        words += ["-e", f"@{variables}"] if variables.exists() else []
        words += ["--tags", ",".join(self.tags)] if self.tags else []
        words += ["--limit", self.limit] if self.limit else []
        words += self.modes()
        words += [f"-{'v' * self.verbosity}"] if self.verbosity else []
        return [*words, self.playbook]

    def modes(self) -> list[str]:
        """Return the words for check mode and differences."""
        return [word for word, wanted in (("--check", self.check), ("--diff", self.diff)) if wanted]

    def dump(self) -> str:
        """Return the request as JSON, without its variables: those may be secrets and have a file of their own."""
        return json.dumps({**asdict(self), "variables": sorted(self.variables)}, indent=2)


def load_request(text: str) -> Request:
    """Read what ``dump`` wrote. The variables come back empty."""
    data: dict[str, Any] = json.loads(text)
    known = {one.name for one in fields(Request)} - {"variables"}
    values: dict[str, Any] = {}
    for name in known & data.keys():
        values[name] = tuple(data[name]) if isinstance(data[name], list) else data[name]
    if values.get("awx") is not None:
        values["awx"] = AwxTarget(**values["awx"])
    return Request(**values)
