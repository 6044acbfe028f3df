"""Packages: through the lab's proxy, from where this machine has its own, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from kombify.sim.folders import cache_folder
from kombify.sim.lab import Lab
from kombify.sim.machine import Machine

On = Callable[..., str]
PROXY = "http://169.254.77.1:3142"


def test_a_package_is_installed_and_kept_for_the_next_machine(lab: Lab, on: On) -> None:
    lab.add(Machine("n1", "10.77.0.11/24"))
    on("n1", "apt-get -qq update && apt-get -qq install --yes --no-install-recommends bc >/dev/null 2>&1")
    assert on("n1", "echo 6*7 | bc") == "42"
    kept = list((cache_folder() / "debs").rglob("bc_*.deb"))
    assert kept != []
    assert [path for path in kept if path.stat().st_size < 1000] == []


def test_another_host_is_refused_with_a_reason(lab: Lab, on: On) -> None:
    lab.add(Machine("n1", "10.77.0.11/24"))
    source = 'echo "deb [trusted=yes] http://packages.example.org/debian x main" >/etc/apt/sources.list.d/x.list'
    said = on("n1", f"{source}; apt-get update 2>&1 || true")
    assert "403" in said
    fetch = (
        "import urllib.error, urllib.request as r\n"
        f"opener = r.build_opener(r.ProxyHandler({{'http': '{PROXY}'}}))\n"
        "try: opener.open('http://packages.example.org/')\n"
        "except urllib.error.HTTPError as e: print(e.read().decode())"
    )
    said = on("n1", f'python3 -c "{fetch}"')
    assert "not packages.example.org:80" in said
    assert "package sources" in said
    assert "refused: GET http://packages.example.org/" in (lab.folder / "egress.log").read_text(encoding="utf-8")


def test_there_is_no_other_way_out(lab: Lab, on: On) -> None:
    lab.add(Machine("n1", "10.77.0.11/24"))
    assert on("n1", "ping -c1 -W1 198.51.100.1 >/dev/null 2>&1 && echo out || echo inside") == "inside"
