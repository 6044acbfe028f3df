"""What is in a simulated AWX."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.awx.kinds import KINDS, TEMPLATES, TOGETHER, Kind

Thing = dict[str, Any]
READ_ONLY = ("id", "type", "url", "related", "summary_fields", "created", "modified")


class Wrong(Exception):
    """A request that AWX would refuse; ``fields`` says why, by field."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(str(fields))
        self.fields = dict(fields)


class Things:
    """All things, by kind and number. They are kept in a file, so that they survive the process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        state = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self._next: int = state.get("next", 1)
        self._things: dict[str, dict[int, Thing]] = {
            kind: {int(number): thing for number, thing in state.get("things", {}).get(kind, {}).items()}
            for kind in KINDS
        }
        if not self._things["organizations"]:
            self.make("organizations", {"name": "Default"})

    def get(self, kind: str, number: int) -> Thing | None:
        """Return one thing."""
        kinds = TEMPLATES if kind == TOGETHER else (kind,)
        return next((found for one in kinds if (found := self._things[one].get(number))), None)

    def find(self, kind: str, wanted: Callable[[Thing], bool]) -> list[Thing]:
        """Return all things of a kind that are wanted, the oldest first."""
        kinds = TEMPLATES if kind == TOGETHER else (kind,)
        found = [thing for one in kinds for thing in self._things[one].values() if wanted(thing)]
        return sorted(found, key=lambda thing: int(thing["id"]))

    def make(self, kind: str, given: Mapping[str, Any]) -> Thing:
        """Make something, or raise :class:`Wrong`."""
        fields = {name: value for name, value in given.items() if name not in READ_ONLY}
        self._check(kind, fields, None)
        moment = _now()
        thing = {
            **KINDS[kind].begins_with,
            **fields,
            "id": self._next,
            "type": KINDS[kind].type,
            "created": moment,
            "modified": moment,
        }
        self._next += 1
        self._things[kind][thing["id"]] = thing
        self.save()
        return thing

    def change(self, kind: str, number: int, given: Mapping[str, Any]) -> Thing:
        """Change something, or raise :class:`Wrong`."""
        before = self._things[kind][number]
        fields = {name: value for name, value in given.items() if name not in READ_ONLY}
        after = {**before, **fields}
        self._check(kind, after, number)
        self._things[kind][number] = {**after, "modified": _now()}
        self.save()
        return self._things[kind][number]

    def remove(self, kind: str, number: int) -> None:
        """Remove something, with what cannot be without it."""
        del self._things[kind][number]
        for other, its_kind in KINDS.items():
            for thing in list(self._things[other].values()):
                if any(thing.get(name) == number and to == kind for name, to in self._bound(its_kind)):
                    self.remove(other, thing["id"])
        self.save()

    def connect(self, kind: str, number: int, name: str, other: int, *, cut: bool = False) -> None:
        """Put something into a list of a thing, or take it out; raise :class:`Wrong` when there is no such thing."""
        if self.get(KINDS[kind].lists[name], other) is None:
            raise Wrong({"id": [f"Invalid pk {other} - object does not exist."]})
        listed = [one for one in self._things[kind][number].setdefault(f"_{name}", []) if one != other]
        self._things[kind][number][f"_{name}"] = listed if cut else [*listed, other]
        self.save()

    def listed(self, kind: str, number: int, name: str) -> list[Thing]:
        """Return a list of a thing."""
        numbers = self._things[kind][number].get(f"_{name}", [])
        found = (self.get(KINDS[kind].lists[name], one) for one in numbers)
        return [thing for thing in found if thing is not None]

    def save(self) -> None:
        """Write all down."""
        write_private(self._file, json.dumps({"next": self._next, "things": self._things}))

    def _check(self, kind: str, fields: Thing, number: int | None) -> None:
        rules = KINDS[kind]
        problems = dict(_missing(rules, fields))
        for name, other in rules.points_to.items():
            if fields.get(name) and self.get(other, int(fields[name])) is None:
                problems[name] = [f'Invalid pk "{fields[name]}" - object does not exist.']
        if fields.get("rrule"):
            problems.update(_unschedulable(str(fields["rrule"])))
        if not problems and "project" in rules.points_to:
            fields["organization"] = self._things["projects"][int(fields["project"])].get("organization")
        key = [fields.get(name) for name in rules.key]
        for other_thing in self._things[kind].values():
            if other_thing["id"] != number and [other_thing.get(name) for name in rules.key] == key:
                names = ", ".join(rules.key)
                problems["__all__"] = [f"{rules.type} with this {names} already exists."]
        if problems:
            raise Wrong(problems)

    @staticmethod
    def _bound(rules: Kind) -> list[tuple[str, str]]:
        """Return the fields without which a thing of this kind cannot be."""
        return [(name, to) for name, to in rules.points_to.items() if name in rules.key and name != "organization"]


def _missing(rules: Kind, fields: Thing) -> Iterator[tuple[str, list[str]]]:
    for name in (rules.key[0], *rules.needs):
        if not fields.get(name):
            yield name, ["This field is required."]


def _unschedulable(text: str) -> dict[str, list[str]]:
    """Return what AWX says about rules that it does not take."""
    start, *rules = text.split()
    said = []
    if not start.startswith("DTSTART"):
        said.append("Valid DTSTART required in rrule. Value should start with: DTSTART:YYYYMMDDTHHMMSSZ")
    if not rules:
        said.append("At least one RRULE is required")
    for rule in rules:
        parts = dict(part.split("=", 1) for part in rule.removeprefix("RRULE:").split(";") if "=" in part)
        if "INTERVAL" not in parts:
            said.append("INTERVAL required in rrule")
        said += [f"Multiple {name}S not supported" for name in ("BYMONTHDAY", "BYMONTH") if "," in parts.get(name, "")]
    return {"rrule": said} if said else {}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
