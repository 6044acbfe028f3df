"""A node is real: its own systemd, SSH, boots, memory and network."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kombify.sim.errors import SimError
from kombify.sim.lab import Lab
from kombify.sim.machine import Machine

On = Callable[..., str]
NODE = Machine("n1", "10.77.0.11/24")
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
LATER = "systemd-run --quiet --no-block sh -c 'sleep 0.2; systemctl {}'"
"""Does it when SSH has ended already."""
PATIENCE = 60.0


def until(lab: Lab, name: str, state: str) -> None:
    """Wait for a state that nothing else tells about."""
    end = time.monotonic() + PATIENCE
    while lab.state(name) != state:
        assert time.monotonic() < end, f"{name} is not {state}"
        time.sleep(0.05)


def test_systemd_runs_without_a_failed_unit(lab: Lab, on: On) -> None:
    lab.add(NODE)
    assert on("n1", "systemctl is-system-running --wait") == "running"
    assert on("n1", "systemctl --failed --no-legend") == ""
    assert on("n1", "ps -o comm= -p 1") == "systemd"


def test_the_ordered_user_logs_in_and_may_use_sudo(lab: Lab, on: On) -> None:
    lab.add(Machine("n1", "10.77.0.11/24", user="kombify"))
    assert on("n1", "whoami; sudo whoami; hostname") == "kombify\nroot\nn1"


def test_a_machine_has_its_own_limit_of_memory(lab: Lab, on: On) -> None:
    lab.add(Machine("n1", "10.77.0.11/24", memory=256 * 2**20))
    hog = "python3 -c 'x = bytearray(512 * 2**20)' && echo got it || echo killed"
    assert "killed" in on("n1", hog)
    assert on("n1", "systemctl is-active ssh") == "active"


def test_a_reboot_keeps_the_disk_and_changes_the_boot_id(lab: Lab, on: On) -> None:
    lab.add(NODE)
    first = on("n1", f"touch /root/kept; {BOOT_ID}")
    lab.reboot("n1")
    second = on("n1", f"ls /root; {BOOT_ID}")
    assert second.startswith("kept\n")
    assert second.removeprefix("kept\n") != first


def test_a_machine_can_reboot_itself(lab: Lab, on: On) -> None:
    lab.add(NODE)
    first = on("n1", BOOT_ID)
    on("n1", LATER.format("reboot"))
    end = time.monotonic() + PATIENCE
    boot = lab.folder / "nodes/n1/boot_id"
    while boot.read_text(encoding="ascii").strip() == first:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert on("n1", BOOT_ID) == boot.read_text(encoding="ascii").strip()


def test_a_machine_can_power_itself_off_and_be_started_again(lab: Lab, on: On) -> None:
    lab.add(NODE)
    on("n1", "touch /root/kept; " + LATER.format("poweroff"))
    until(lab, "n1", "stopped")
    lab.start("n1")
    assert on("n1", "ls /root") == "kept"


@pytest.mark.parametrize("force", [False, True], ids=["in order", "by force"])
def test_a_stopped_machine_starts_again(lab: Lab, on: On, force: bool) -> None:
    lab.add(NODE)
    lab.stop("n1", force=force)
    assert lab.state("n1") == "stopped"
    with pytest.raises(SimError, match="kombify sim start"):
        lab.reboot("n1")
    lab.start("n1")
    assert on("n1", "systemctl is-system-running --wait") == "running"


def test_machines_of_several_networks_reach_each_other_by_name(lab: Lab, on: On) -> None:
    lab.add(Machine("one", "192.168.100.10/24"))
    lab.add(Machine("two", "192.168.100.11/24"))
    lab.add(Machine("far", "203.0.113.207/26"))
    assert "1 received" in on("one", "ping -c1 -W5 two")
    assert "1 received" in on("one", "ping -c1 -W5 far")
    assert on("far", "getent ahostsv4 one | head -1 | cut -d' ' -f1") == "192.168.100.10"


def test_an_unknown_name_is_answered_at_once(lab: Lab, on: On) -> None:
    lab.add(NODE)
    assert on("n1", "timeout 0.9 getent hosts nobody.example.org; echo $?") == "2"


def test_the_hosts_own_settings_are_out_of_reach(lab: Lab, on: On) -> None:
    lab.add(NODE)
    attempt = "(echo {} > /proc/{}) 2>/dev/null && echo changed || echo refused"
    assert on("n1", attempt.format("1", "sys/vm/swappiness")) == "refused"
    assert on("n1", attempt.format("h", "sysrq-trigger")) == "refused"
    assert on("n1", attempt.format("1", "sys/net/ipv4/ip_forward")) == "changed"


def test_an_order_can_be_changed_while_the_machine_is_off(lab: Lab, on: On) -> None:
    lab.add(NODE)
    on("n1", "touch /root/kept")
    with pytest.raises(SimError, match="kombify sim stop"):
        lab.change(Machine("n1", "10.77.0.12/24"))
    lab.stop("n1")
    lab.change(Machine("n1", "10.77.0.12/24"))
    lab.start("n1")
    assert on("n1", "ls /root; ip -4 -brief address show eth0").split()[::3] == ["kept", "10.77.0.12/24"]
