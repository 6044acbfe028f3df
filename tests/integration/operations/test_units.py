"""Where systemd is, a job is a unit of its own: it outlives the service's unit, and its end leaves nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kombify.sim.machine import Machine

HERE = Path(__file__).parent
KOMBIFY = Path(sys.executable).parent / "kombify"
HOSTS = f"[all]\\nnas ansible_connection=local ansible_python_interpreter={sys.executable}\\n"
JOBS = "systemctl list-units --no-legend --plain 'kombify-job-*.scope' | wc -l"
DAEMONS = "pgrep -xc sleep || true"


@pytest.fixture(scope="module")
def machine(new_site, show):
    """A machine that has booted and sees kombify."""
    inventory = HERE / "long.yml"  # nobody reads it: nothing but commands reaches this machine
    site = new_site(inventory, Machine("ops", "10.77.0.61/24", memory=2 << 30))
    show(site.look("ops", "cat /proc/sys/kernel/random/boot_id"))
    return site


@pytest.fixture
def service(machine) -> Iterator:
    """A folder on the machine with a stack, and a unit that runs one job of it."""
    look = partial(machine.look, "ops")
    look(f"rm -rf /srv/t && mkdir -p /srv/t/home && printf '{HOSTS}' > /srv/t/home/hosts.ini")
    look("touch /srv/t/home/kombination.yaml")
    words = f"{sys.executable} {HERE / 'service.py'} /srv/t {HERE / 'long.yml'}"
    unit = f"[Service]\\nType=notify\\nExecStart={words}\\nEnvironment=KOMBISTACK_SECRET=canary-31\\n"
    look(f"printf '{unit}' > /run/systemd/system/shop.service && systemctl daemon-reload")
    assert look("systemctl start shop; systemctl is-active shop") == "active", look("journalctl -u shop -n 50")
    machine.until("ops", "grep -c ^start /srv/t/home/trace 2>/dev/null || true", "1")
    yield machine
    look("systemctl stop shop; systemctl stop 'kombify-job-*.scope'; pkill -x sleep; rm -rf /srv/t")


def test_a_job_goes_on_when_the_unit_of_its_service_is_stopped_and_ends_well(service) -> None:
    assert service.look("ops", JOBS) == "1"
    service.look("ops", "systemctl stop shop")
    assert service.look("ops", "systemctl is-active shop") == "inactive"
    assert service.look("ops", JOBS) == "1"
    service.look("ops", "touch /srv/t/home/go")
    service.until("ops", "tail -n 1 /srv/t/home/trace", "end")
    service.look("ops", "systemctl start shop")
    service.until("ops", "grep -l '\"successful\"' /srv/t/home/.kombify/jobs/*/status.json | wc -l", "1")
    assert service.look("ops", "wc -l < /srv/t/home/trace") == "2", "it ran twice"


def test_a_cancel_leaves_nothing_not_even_what_hid_its_origin(service) -> None:
    assert service.look("ops", DAEMONS) == "1"
    service.look("ops", "touch /srv/t/cancel")
    service.until("ops", JOBS, "0")
    assert service.look("ops", DAEMONS) == "0"
    assert "canceled" in service.look("ops", "cat /srv/t/home/.kombify/jobs/*/status.json")
    assert service.look("ops", "tail -n 1 /srv/t/home/trace").startswith("start")


def test_a_job_whose_own_process_is_killed_leaves_nothing_either(service) -> None:
    service.look("ops", "pkill -9 -f 'kombify.runner /srv/t'")
    service.until("ops", JOBS, "0")
    assert service.look("ops", DAEMONS) == "0"


def test_a_job_does_not_see_the_settings_of_its_service(service) -> None:
    main = "pgrep -f 'kombify.runner /srv/t' | head -n 1"
    assert "KOMBIFY_JOB=" in service.look("ops", f"tr '\\0' '\\n' < /proc/$({main})/environ")
    assert "canary" not in service.look("ops", f"cat /proc/$({main})/environ /proc/$({main})/cmdline | tr '\\0' ' '")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_systemd_understands_the_unit_that_we_print(machine, command: str) -> None:
    machine.look("ops", "mkdir -p /srv/u/home && touch /srv/u/home/kombination.yaml")
    machine.look("ops", f"cd /srv/u && {KOMBIFY} {command} --systemd > /run/u-{command}.service")
    assert machine.look("ops", f"systemd-analyze verify /run/u-{command}.service") == ""
    assert "KillMode=process" in machine.look("ops", f"cat /run/u-{command}.service")


def test_the_service_runs_with_the_unit_that_we_print(machine) -> None:
    unit = "/run/systemd/system/kombify.service"
    spec = "plugin: kombify.stack.kombination\\nname: home\\n"
    machine.look("ops", f"mkdir -p /srv/v/home && printf '{spec}' > /srv/v/home/kombination.yaml")
    machine.look("ops", f"cd /srv/v && KOMBISTACK_STACKS_DIR=home {KOMBIFY} serve --systemd > {unit}")
    machine.look("ops", "systemctl daemon-reload; systemctl start kombify")
    active = machine.look("ops", "systemctl is-active kombify")
    assert active == "active", machine.look("ops", "journalctl -u kombify -n 30")
    get = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:5260/healthz').status)"
    assert machine.look("ops", f'python3 -c "{get}"') == "200"
    assert machine.look("ops", "stat -c %a /srv/v/data /srv/v/data/kombify.db") == "700\n600"
    assert machine.look("ops", "systemctl stop kombify; systemctl is-active kombify") == "inactive"
    assert machine.look("ops", "systemctl show -P Result kombify") == "success"
