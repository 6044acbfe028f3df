"""`kombify init`: a first spec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.ending import Refused, Stop
from kombify.cli.options import HERE
from kombify.cli.output import Output


def init(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="The file to write, or its folder.")] = HERE,
    name: Annotated[str | None, typer.Option(help="The name of the stack; by default its folder's.")] = None,
    domain: Annotated[str | None, typer.Option(help="The domain of the stack; at home: home.arpa.")] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=ADDRESS[,KEY=VALUE…]", help="A machine, such as nas=192.168.1.10,cpu=4,memory=16GiB,disk=4TB."
        ),
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(metavar="NAME[@NODE]", help="A service, and the node it has to run on.")
    ] = None,
    backup: Annotated[
        str | None, typer.Option(metavar="TARGET", help="Where backups go, such as sftp:me@host:/srv/backup.")
    ] = None,
) -> None:
    """Write a new kombination.yaml. What is not said is asked, if somebody can answer."""
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import SPEC_NAMES
    from kombify.cli import newstack

    output: Output = context.obj
    file = path / SPEC_NAMES[0] if path.is_dir() or path.suffix not in (".yaml", ".yml") else path
    for present in (file, *(file.with_name(other) for other in SPEC_NAMES)):
        if present.exists():
            raise Refused(f"{present} exists already", "choose another folder, or edit that file")
    answers = newstack.Answers(name, domain, tuple(node or ()), tuple(service or ()), backup)
    if sys.stdin.isatty() and sys.stdout.isatty():
        answers = newstack.ask(answers, file.absolute().parent.name)
    if not answers.nodes:
        raise Stop("a stack needs at least one node", "say --node nas=192.168.1.10")
    newstack.write(output, file, newstack.understand(answers, file.absolute().parent.name))
    output.show(f"Wrote {file}. Next: kombify validate, then kombify plan.")
