"""`kombify demo`: the whole way from one file to running machines, on simulated hardware."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.output import Output


def demo(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option("--fresh", help="Take the machines of an earlier demo down first.")] = False,
) -> None:
    """Simulate a Proxmox host and a gateway, and make three virtual machines of one file. Needs root."""
    from kombify.cli.tour import Tour, demo_spec

    output: Output = context.obj
    tour = Tour(output, demo_spec())
    if fresh:
        tour.step("Take the last demo down", "sim", "down", tour.lab)
    tour.step("What this machine can do, and what it needs", "sim", "doctor", "--fix")
    tour.step("The image that machines start from", "sim", "image")
    tour.step("Hardware: a gateway, and a Proxmox host", "sim", "up", tour.lab, "--spec", tour.spec)
    tour.step("From the file to running machines", "up", tour.spec, "--lab", tour.lab)
    tour.step("Prove that it works", "up", tour.spec, "--lab", tour.lab, "--tags", "verify")
    tour.step("Once more: nothing is left to do", "up", tour.spec, "--lab", tour.lab)
    tour.expect_no_changes()
    tour.step("The machines", "sim", "ps", tour.lab)
    tour.end()
