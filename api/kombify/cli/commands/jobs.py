"""`kombify jobs`, `kombify logs`, `kombify cancel`: the runs of a stack."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.ending import Ended, Stop
from kombify.cli.options import HERE, Format, OutputFormat, SpecPath
from kombify.cli.output import Output

JobName = Annotated[
    str | None, typer.Option("--job", "-j", metavar="JOB", help="A job of `kombify jobs`, instead of the newest.")
]


def jobs(context: typer.Context, path: SpecPath = HERE, form: OutputFormat = Format.TEXT) -> None:
    """List the runs of the stack, the newest last. The newest twenty are kept."""
    from kombify.cli.stack import jobs_at
    from kombify.cli.views import jobs as view
    from kombify.runner.job import jobs_of

    output: Output = context.obj
    known = jobs_of(jobs_at(path))
    output.answer(form, view.data(known), view.text(known))


def logs(
    context: typer.Context,
    path: SpecPath = HERE,
    job: JobName = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job has ended.")] = False,
) -> None:
    """Print what Ansible printed in a run."""
    from kombify.cli import running
    from kombify.cli.stack import found_job

    output: Output = context.obj
    found = found_job(path, job)
    if follow:
        raise Ended(running.show(output, found, verbose=1, ours=False))
    if found.log.exists():
        running.print_log(output, found)


def cancel(
    context: typer.Context,
    path: SpecPath = HERE,
    force: Annotated[bool, typer.Option("--force", help="End all its processes at once.")] = False,
) -> None:
    """Cancel the run that goes on, in order, and wait for its end."""
    from kombify.cli import running
    from kombify.cli.stack import found_job
    from kombify.runner.cancel import cancel as cancel_job

    output: Output = context.obj
    found = found_job(path, None)
    if not cancel_job(found, force=force):
        raise Stop("nothing runs on this stack", f"the newest job, {found.id}, ended: {found.status().state}")
    running.wait(found)
    output.show(f"{found.request().title} ({found.id}): {found.status().state}")
