"""What can be launched, with the numbers that AWX's clients know it by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from kombify.engine.errors import NotFound
from kombify.engine.playbooks import allowed_playbooks
from kombify.server.service import Service
from kombify.store.database import Database
from kombify.store.models import Handle

JOB_TEMPLATE = "job_template"
WORKFLOW_TEMPLATE = "workflow_job_template"
OF_A_STACK = ("organization", "inventory", "project")
DEPLOYMENT, PLAN = "deployment", "plan"
"""The workflows of a stack: making it what its spec says, and telling what that would change."""
Numbers = Mapping[tuple[str, str], int]
"""Numbers by kind and name."""


@dataclass(frozen=True)
class Template:
    """A playbook that may run on a stack, or a workflow of the stack."""

    id: int
    kind: str
    stack: str
    title: str
    """The name of the playbook, or of the workflow."""
    playbook: str = ""
    """What Ansible calls it."""

    @property
    def name(self) -> str:
        """The name by which it is launched; there is one of each playbook in every stack."""
        return named(self.stack, self.title)


@dataclass(frozen=True)
class Catalogue:
    """All templates."""

    templates: tuple[Template, ...]
    numbers: Numbers

    def number(self, kind: str, name: str) -> int | None:
        """Return the number of something of a stack that is here."""
        return self.numbers.get((kind, name))

    def stacks(self) -> list[str]:
        """Return the names of the stacks."""
        return [name for kind, name in self.numbers if kind == OF_A_STACK[0]]

    def stack_with(self, kind: str, number: int) -> str | None:
        """Return the stack whose organization, inventory or project has this number."""
        return next((name for (of, name), one in self.numbers.items() if (of, one) == (kind, number)), None)

    def template(self, kind: str, number: int) -> Template | None:
        """Return the template with this number."""
        return next((one for one in self.templates if (one.kind, one.id) == (kind, number)), None)

    def template_for(self, stack: str, launched: str | None) -> Template | None:
        """Return the template of a stack's playbook as Ansible calls it, or of a workflow by its title."""
        return self._launched_as.get((stack, launched or ""))

    @cached_property
    def _launched_as(self) -> dict[tuple[str, str], Template]:
        return {(one.stack, one.playbook or one.title): one for one in self.templates}


def named(stack: str, title: str) -> str:
    """Return the name of something that a stack has: names are found without naming an organization too."""
    return f"{stack}: {title}"


def read_catalogue(service: Service) -> Catalogue:
    """Return all templates. It looks at the stacks' folders: call it in a thread."""
    playbooks = _playbooks(service)
    wanted = [(kind, stack) for stack in playbooks for kind in OF_A_STACK]
    wanted += [(JOB_TEMPLATE, named(stack, title)) for stack, known in playbooks.items() for title in known]
    wanted += [(WORKFLOW_TEMPLATE, named(stack, title)) for stack in playbooks for title in (DEPLOYMENT, PLAN)]
    numbers = numbers_of(service.database, wanted)
    jobs = [
        Template(numbers[JOB_TEMPLATE, named(stack, title)], JOB_TEMPLATE, stack, title, playbook)
        for stack, known in playbooks.items()
        for title, playbook in known.items()
    ]
    workflows = [
        Template(numbers[WORKFLOW_TEMPLATE, named(stack, title)], WORKFLOW_TEMPLATE, stack, title)
        for stack in playbooks
        for title in (DEPLOYMENT, PLAN)
    ]
    return Catalogue(tuple(sorted([*jobs, *workflows], key=lambda one: one.id)), numbers)


def numbers_of(database: Database, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return numbers by kind and name; what has none yet gets one, which it keeps for ever."""
    pairs = list(wanted)
    known = known_numbers(database, pairs)
    missing = [{"kind": kind, "name": name} for kind, name in pairs if (kind, name) not in known]
    if missing:
        with database.begin() as session:
            database.insert_new(session, Handle, missing)
        known = known_numbers(database, pairs)
    return {pair: known[pair] for pair in pairs}


def known_numbers(database: Database, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the numbers of what has one."""
    kinds, names = ({pair[position] for pair in pairs} for position in (0, 1))
    statement = select(Handle.kind, Handle.name, Handle.id).where(Handle.kind.in_(kinds), Handle.name.in_(names))
    with database.read() as session:
        return {(kind, name): number for kind, name, number in session.execute(statement)}


def _playbooks(service: Service) -> dict[str, dict[str, str]]:
    """Return the playbooks of each stack whose folder is there."""
    found = {}
    for stack in service.stacks.names():
        with suppress(NotFound):
            found[stack] = allowed_playbooks(service.stacks.folder(stack))
    return found
