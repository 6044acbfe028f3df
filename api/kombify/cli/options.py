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
