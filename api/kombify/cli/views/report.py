"""Problems of a plan, in the form that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.data import as_data
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.formats import render
from kombify.cli.options import Format
from kombify.cli.output import Output


def show(output: Output, plan: Plan, form: str) -> None:
    """Show all problems on stdout; a spec without any is said to be fine."""
    if form == "text" and not len(plan.problems):
        output.show(f"{plan.spec.path} is valid: {contents(plan)}")
    else:
        output.rendered(lambda color: render(plan.problems, form, color=color, root=Path.cwd()))


def show_beside(output: Output, problems: Iterable[Problem]) -> None:
    """Show problems on stderr, for a command whose result is something else."""
    output.rendered(lambda color: render(problems, "text", color=color), beside=True)


def show_instead(output: Output, plan: Plan, form: Format) -> None:
    """Show the problems of a spec with errors in place of the result that a command cannot give."""
    if form is Format.JSON:
        output.json(as_data(plan.problems))
    else:
        show_beside(output, plan.problems)


def data(plan: Plan) -> dict[str, Any]:
    """Return the problems for a program."""
    return as_data(plan.problems)


def has_warnings(plan: Plan) -> bool:
    """Tell whether something should be mended."""
    return plan.problems.count(Severity.WARNING) > 0


def contents(plan: Plan) -> str:
    """Say what a stack consists of: ``2 nodes, 3 services``."""
    stack = plan.spec.stack
    counts = {"node": len(stack.nodes), "cluster": len(stack.clusters), "service": len(stack.services)}
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items() if number)
