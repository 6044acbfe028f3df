"""`kombify validate`: everything that is wrong with a spec, at once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli.ending import Code, Ended
from kombify.cli.options import HERE, Overlays, Sets, SpecPath
from kombify.cli.output import Output


class ReportFormat(StrEnum):
    """The forms of a report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def validate(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="For people, programs, code scanners, or GitHub's annotations.")
    ] = ReportFormat.TEXT,
    strict: Annotated[bool, typer.Option(help="Let warnings fail too.")] = False,
) -> None:
    """Show every problem of a spec, with its place and what to do. Nothing is changed, nothing is contacted."""
    from kombify.cli import stack
    from kombify.cli.views import report

    output: Output = context.obj
    plan = stack.make_plan(output, stack.open_stack(output, path, overlay, sets))
    report.show(output, plan, form.value)
    if plan.problems.has_errors or (strict and report.has_warnings(plan)):
        raise Ended(Code.INVALID)
