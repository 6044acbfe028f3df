"""A deployment that fails leaves machines as they were before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Home

MORE = """\
  web-2: {runs_on: pve-1, network: lan, address: 192.0.2.12, vmid: 102, cpu: 1, memory: 512MiB, disk: 8GiB}
links:"""


def test_the_first_deployment_that_fails_takes_away_what_it_made(home: Home) -> None:
    before, spec = home.gateway(), home.spec.read_bytes()
    home.jam()
    failed = home.deploy()
    home.free()
    assert (failed.state, failed.message) == ("rolled_back", "phase pangolin: failed"), home.why(failed.id)
    assert home.machines() == {"web-1": ("stopped", 512, True)}, "made by it, so retired; its data stays"
    assert home.gateway() == before
    assert home.spec.read_bytes() == spec


def test_a_later_deployment_that_fails_goes_back_to_the_last_one_that_went_well(home: Home) -> None:
    home.deployed()
    before = home.gateway()
    assert home.machines() == {"web-1": ("running", 512, False)}
    home.rewrite("vmid: 101, cpu: 1, memory: 512MiB", "vmid: 101, cpu: 1, memory: 768MiB")
    home.rewrite("links:", MORE)
    home.rewrite("ports: [51820/udp]", "ports: [51820/udp, 8443/tcp]")
    edited = home.spec.read_bytes()
    home.jam()
    failed = home.deploy()
    home.free()
    assert (failed.state, failed.message) == ("rolled_back", "phase pangolin: failed"), home.why(failed.id)
    assert home.machines() == {"web-1": ("running", 512, False), "web-2": ("stopped", 512, True)}
    assert home.gateway() == before
    assert home.spec.read_bytes() == edited


def test_what_is_not_valid_ends_in_error_with_nothing_begun(home: Home) -> None:
    before = home.gateway()
    home.rewrite("runs_on: pve-1", "runs_on: pve-7")
    refused = home.deploy()
    assert (refused.state, refused.message) == ("error", "phase validate: failed")
    assert home.jobs(refused.id) == {"validate": "failed"}
    assert (home.machines(), home.gateway()) == ({}, before)
