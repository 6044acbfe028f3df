"""Arguments and options that several commands share, so that a word means the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kombify.cli import completion

SpecPath = Annotated[
    Path,
    typer.Argument(metavar="[PATH]", help="The spec, or the folder it is in.", show_default="kombination.yaml here"),
]
Overlays = Annotated[
    list[Path] | None,
    typer.Option("--overlay", "-o", metavar="FILE", help="Lay a file over the spec; may be repeated."),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Lay one value over the spec; may be repeated."),
]
NodeName = Annotated[str, typer.Option(metavar="NODE", autocompletion=completion.nodes)]

HERE = Path()


class Format(StrEnum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


OutputFormat = Annotated[Format, typer.Option("--format", help="For people, or for programs.")]

Lab = Annotated[
    str | None,
    typer.Option("--lab", metavar="LAB", help="Reach the machines of this lab instead of real ones (kombify sim)."),
]
Limit = Annotated[
    str, typer.Option("--limit", "-l", metavar="NODES", help="Only these nodes or groups, with commas between them.")
]
Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, help="Show Ansible's own output; more v's, more of it.")
]
DestroyData = Annotated[
    bool,
    typer.Option("--destroy-data", help="Delete removed virtual machines with their disks."),
]
EventsFormat = Annotated[
    Format, typer.Option("--format", help="For people, or every event as one line of JSON, and a summary at the end.")
]

ServiceUrl = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", envvar="KOMBISTACK_URL", help="The service.", show_default="the one configured here"
    ),
]
StackName = Annotated[
    str, typer.Option("--stack", metavar="STACK", help="The stack.", show_default="the only one of the service")
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Show it until it has ended.")]
LaunchKey = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", help="Launch it once: the same key again gives the first one again."),
]
Newest = Annotated[int, typer.Option("--last", "-n", metavar="NUMBER", min=1, help="How many, the newest first.")]
OnlyStack = Annotated[str | None, typer.Option("--stack", metavar="STACK", help="Only of this stack.")]

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="DIR", help="The service's own files.", show_default="data")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Seal the backup with the first line of this file (age)."),
]
