"""`kombify demo`: the whole way from one file to running machines, on simulated hardware."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.output import Output


def demo(
    context: typer.Context,
    spec: Annotated[
        Path | None,
        typer.Argument(metavar="[SPEC]", help="The stack to show.", show_default="inventories/demo/kombination.yaml"),
    ] = None,
    lab: Annotated[str, typer.Option("--lab", metavar="LAB", help="How the lab is called.")] = "demo",
    fresh: Annotated[bool, typer.Option("--fresh", help="Take the machines of an earlier demo down first.")] = False,
) -> None:
    """Simulate a Proxmox host and a gateway, and make three virtual machines of one file. Needs root."""
    from kombify.cli.tour import Tour, demo_spec

    output: Output = context.obj
    shown = str(spec or demo_spec())
    tour = Tour(output)
    if fresh:
        tour.step("Take the last demo down", "sim", "down", lab)
    tour.step("What this machine can do, and what it needs", "sim", "doctor", "--fix")
    tour.step("The image that machines start from", "sim", "image")
    tour.step("Hardware: a gateway, and a Proxmox host", "sim", "up", lab, "--spec", shown)
    tour.step("From the file to running machines", "up", shown, "--lab", lab)
    tour.step("Prove that it works", "up", shown, "--lab", lab, "--tags", "verify")
    tour.step("Once more: nothing is left to do", "up", shown, "--lab", lab)
    tour.expect_no_changes(Path(shown))
    tour.step("The machines", "sim", "ps", lab)
    tour.end(
        f"Log in:     kombify sim ssh {lab} web-1",
        f"Change it:  edit {shown}, then kombify up {shown} --lab {lab}",
        f"Break it:   kombify sim fault {lab}",
        f"End it:     kombify sim down {lab}",
    )
