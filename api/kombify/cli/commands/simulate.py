"""`kombify simulate`: what if."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli import completion
from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def simulate(
    context: typer.Context,
    lose: Annotated[str, typer.Option(metavar="NODE", help="The node to lose.", autocompletion=completion.nodes)],
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show what would go where, and what would not fit, if a node were lost."""
    from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import schedulable
    from ansible_collections.kombify.stack.plugins.module_utils.plan.loss import simulate_loss
    from kombify.cli import stack
    from kombify.cli.views import simulate as view

    output: Output = context.obj
    planned = stack.planned(output, path, overlay, sets, form=form)
    stack.require("node", lose, planned.unified.nodes)
    made = planned.plan
    loss = simulate_loss(lose, made.requirements, made.rounds, schedulable(made.spec, made.requirements))
    output.answer(form, view.data(loss), view.text(loss, planned.unified))
