"""`kombify rebalance`: moves that would be worth it."""

from __future__ import annotations

import typer

from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def rebalance(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Propose moves that gain enough points to be worth it. Nothing is moved."""
    from kombify.cli import stack
    from kombify.cli.views import rebalance as view

    output: Output = context.obj
    planned = stack.planned(output, path, overlay, sets, form=form)
    moves = view.proposals(planned.plan.rounds)
    output.answer(form, view.data(moves), view.text(moves, planned.plan.rounds.services.settings.margin))
