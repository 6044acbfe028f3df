"""What `init` does: answers from flags or from questions become a spec that validates."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import BaseModel, ValidationError

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.render.starter import NewNode, NewService, NewStack, starter
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import API_VERSION, Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import cleaned, name_fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from kombify.cli.ending import Stop
from kombify.cli.files import write_new
from kombify.cli.output import Output

SIZES = ("cpu", "memory", "disk", "type", "arch", "site")
DOMAIN = "home.arpa"


@dataclass(frozen=True)
class Answers:
    """What was typed; None and nothing mean that it was not said."""

    name: str | None
    domain: str | None
    nodes: tuple[str, ...]
    services: tuple[str, ...]
    backup: str | None


def ask(answers: Answers, folder: str) -> Answers:
    """Ask for what was not said."""
    name = answers.name or _asked("Name of the stack", _stack_name, cleaned(folder))
    domain = answers.domain or _asked("Domain", _domain, DOMAIN)
    nodes = answers.nodes
    while not answers.nodes:
        hint = "empty: no more" if nodes else "such as nas=192.168.1.10,cpu=4,memory=16GiB,disk=4TB"
        text = _asked(f"Node ({hint})", lambda answer: answer and _node(answer), "")
        if text:
            nodes = (*nodes, text)
        elif nodes:
            break
    names = [_node(text).name for text in nodes]
    services = answers.services
    while not answers.services:
        question = "Service (such as vaultwarden or jellyfin@nas; empty: no more)"
        text = _asked(question, lambda answer: answer and _service(answer, names), "")
        if not text:
            break
        services = (*services, text)
    backup = answers.backup
    if backup is None:
        question = "Backups go to (such as sftp:me@host:/srv/backup; empty: nowhere)"
        backup = typer.prompt(question, default="", show_default=False)
    return Answers(name, domain, nodes, services, backup or None)


def understand(answers: Answers, folder: str) -> NewStack:
    """Return the stack that the answers mean; raises :class:`Stop` at the first that means nothing."""
    nodes = tuple(_node(text) for text in answers.nodes)
    names = [node.name for node in nodes]
    return NewStack(
        name=_stack_name(answers.name or cleaned(folder)),
        domain=_domain(answers.domain or DOMAIN),
        nodes=nodes,
        services=tuple(_service(text, names) for text in answers.services),
        backup=answers.backup,
    )


def write(output: Output, file: Path, stack: NewStack) -> None:
    """Write the spec, once it is known to be valid."""
    text = starter(stack)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, file.name)
        draft.write_text(text, encoding="utf-8")
        problems = open_project(draft).plan().problems
    for problem in problems:
        if problem.severity == "error":
            raise Stop(f"this would be no valid spec: {problem.message}", problem.hint)
    write_new(file, text)


def _asked(question: str, understood: Callable[[str], object], default: str) -> str:
    """Ask until the answer can be understood."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        try:
            understood(answer)
        except Stop as stop:
            typer.echo(f"  {stop}{': ' + stop.hint if stop.hint else ''}")
        else:
            return answer


def _stack_name(text: str) -> str:
    name = cleaned(text)[:40]
    if name != text or not name[0].isalpha():
        raise Stop(f"'{text}' is not a name for a stack", f"write {name if name[0].isalpha() else f's-{name}'}")
    return text


def _domain(text: str) -> str:
    _check(Stack, {"apiVersion": API_VERSION, "name": "x", "domain": text})
    return text


def _node(text: str) -> NewNode:
    first, *rest = text.split(",")
    name, equals, address = first.partition("=")
    if not equals or not address:
        raise Stop(f"'{text}' is not a node", "write a node as NAME=ADDRESS, such as nas=192.168.1.10")
    sizes = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if not equals or not value or key not in SIZES:
            hint = did_you_mean(key, SIZES, f"known: {', '.join(SIZES)}")
            raise Stop(f"'{part}' says nothing about node '{name}'", hint)
        sizes[key] = value
    _check(Node, {"address": address, **sizes})
    return NewNode(_name(name), address, sizes)


def _service(text: str, nodes: Sequence[str]) -> NewService:
    name, at, node = text.partition("@")
    kits = Catalogue().names()
    if name not in kits:
        raise Stop(f"there is no kit '{name}'", did_you_mean(name, kits, f"kits: {', '.join(kits)}"))
    if at and node not in nodes:
        raise Stop(f"there is no node '{node}'", did_you_mean(node, nodes, f"nodes: {', '.join(nodes)}"))
    return NewService(_name(name), node if at else None)


def _check(model: type[BaseModel], data: dict[str, str]) -> None:
    """Stop at the first thing that the language does not allow."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise Stop(first["msg"], str(first.get("ctx", {}).get("hint", ""))) from None


def _name(text: str) -> str:
    fault = name_fault(text)
    if fault:
        raise Stop(fault, f"write {cleaned(text)}")
    return text
