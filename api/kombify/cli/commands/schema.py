"""`kombify schema`: what may stand in a file."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli.output import Output


class Subject(StrEnum):
    """The files that have a schema."""

    SPEC = "spec"
    KIT = "kit"
    REQUIREMENTS = "requirements"
    UNIFIED = "unified"


def schema(
    context: typer.Context,
    subject: Annotated[Subject, typer.Argument(help="The file whose schema is wanted.")] = Subject.SPEC,
) -> None:
    """Print a JSON Schema, for editors and for programs."""
    from kombify.cli.views.schema import schema_of

    output: Output = context.obj
    output.json(schema_of(subject.value))
