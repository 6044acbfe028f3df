"""Stacks whose jobs an AWX runs, because their spec says so under execution.awx."""

from __future__ import annotations

from pathlib import Path

from kombify.engine.playbooks import name_of
from kombify.engine.specs import Specs
from kombify.runner.request import AwxTarget


def target_of(specs: Specs, folder: Path, playbook: str) -> AwxTarget | None:
    """Return the AWX that runs a playbook of the stack in this folder, or None: then it runs here.

    ``playbook`` is what Ansible calls it; the template has the stack's name and the playbook's.
    """
    stack = specs.of(folder).stack
    awx = stack.execution.awx
    if awx is None:
        return None
    template = f"{stack.name}: {name_of(playbook)}"
    return AwxTarget(url=awx.url, token=awx.token, template=template, verify_tls=awx.verify_tls)
