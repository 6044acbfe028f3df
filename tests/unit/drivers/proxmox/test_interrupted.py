"""A run that is killed at any moment: the next one converges, and nothing is there twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import manage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes


def state(proxmox: Any) -> dict[int, Any]:
    return {vmid: (one.node, one.status, one.config, one.pending) for vmid, one in proxmox.machines.items()}


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "after its tasks ended"])
def test_after_a_run_was_killed_the_next_converges(
    settled: bool, proxmox: Any, wishes: Wishes, web: Vm, pace: Pace
) -> None:
    vms = [web, replace(web, name="web-2", vmid=102)]
    manage(proxmox, vms, wishes, {}, check=False, pace=pace)
    wanted, length = state(proxmox), len(proxmox.calls)
    for moment in range(length):
        other = type(proxmox)(kill_at=moment)
        with pytest.raises(BaseException, match=r"^$"):
            manage(other, vms, wishes, {}, check=False, pace=pace)
        other.kill_at = None
        if settled:
            other.settle()
        report = manage(other, vms, wishes, {}, check=False, pace=pace)
        other.settle()
        assert report.errors == [], moment
        assert state(other) == wanted, moment
        assert not manage(other, vms, wishes, {}, check=True, pace=pace).as_dict()["changed"], moment
