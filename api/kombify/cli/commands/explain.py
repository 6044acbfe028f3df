"""`kombify explain`: why a service is where it is, and what a code means."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from kombify.cli import completion
from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output

_CODE = re.compile(r"K[0-9]{3}", re.IGNORECASE)


def explain(
    context: typer.Context,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SERVICE|CODE",
            help="A service, one of its instances, a VM, or the code of a problem such as K601.",
            autocompletion=completion.services_and_codes,
        ),
    ],
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    avoid: Annotated[
        str | None,
        typer.Option("--not", metavar="NODE", help="What if it must not be there?", autocompletion=completion.nodes),
    ] = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show why a service is where it is, with one row for every node; or what the code of a problem means."""
    output: Output = context.obj
    if _CODE.fullmatch(subject):
        from kombify.cli.views import codes

        codes.show(output, subject.upper(), form)
        return
    from kombify.cli import stack
    from kombify.cli.views import explain as view

    # A service without a place is an error; it is the one that most wants to be explained.
    plan = stack.make_plan(output, stack.open_stack(output, path, overlay, sets))
    found = view.decisions(plan, subject, avoid)
    output.answer(form, view.data(plan, found), view.text(plan, found))
