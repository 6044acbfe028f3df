"""What happens after something was launched: it is followed, or told."""

from __future__ import annotations

from typing import Any

from kombify.cli.client import Client
from kombify.cli.ending import Ended
from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.cli.views.service.jobs import kind_of, name_of


def tell_launched(client: Client, output: Output, job: dict[str, Any], *, follow: bool, form: Format) -> None:
    """Follow what was launched to its end, or say what it is and how to see it."""
    if follow:
        from kombify.cli.following import follow as follow_job

        raise Ended(follow_job(client, output, job, form))
    if form is Format.JSON:
        output.json(job)
    else:
        output.show(f"Launched {name_of(job)}. See it: kombify {kind_of(job)} follow {job['id']}")


def tell_canceled(client: Client, output: Output, job: dict[str, Any], *, waits: bool, form: Format) -> None:
    """Wait for the end of what was canceled, unless nobody wants that, and say how it is."""
    from kombify.cli.following import wait

    if waits:
        with output.busy(f"Ending {name_of(job)}"):
            job = wait(client, job)
    if form is Format.JSON:
        output.json(job)
    else:
        output.show(f"{name_of(job)}: {job['state'] if job['ended_at'] else 'is asked to end'}")


def await_end(client: Client, output: Output, job: dict[str, Any], *, follow: bool) -> dict[str, Any]:
    """Wait for the end of what was launched for its answer; ``follow`` shows what Ansible prints meanwhile."""
    from kombify.cli.following import follow as follow_job
    from kombify.cli.following import wait

    if follow:
        follow_job(client, output, job, Format.TEXT)
    with output.busy(f"Looking: {name_of(job)}"):
        return wait(client, job)
