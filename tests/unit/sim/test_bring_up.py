"""Bringing a lab to a world, as often as one likes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kombify.sim.bring_up import Changes, bring_up
from kombify.sim.errors import SimError
from kombify.sim.machine import Machine
from kombify.sim.world import World

WEB, DB = Machine("web", "10.77.0.11/24"), Machine("db", "10.77.0.12/24")


def world(*machines: Machine, stopped: frozenset[str] = frozenset()) -> World:
    return World({one.name: one for one in machines}, stopped, tuple(one.name for one in machines))


def raised(lab, *machines: Machine, stopped: frozenset[str] = frozenset()) -> Changes:
    lab.calls.clear()
    return bring_up(lab, world(*machines, stopped=stopped), lambda _line: None)


def test_all_machines_are_booted_before_the_first_is_waited_for(lab) -> None:
    assert raised(lab, WEB, DB) == Changes(made=("web", "db"))
    assert lab.calls[:2] == ["add web", "add db"]
    assert sorted(lab.calls[2:]) == ["wait db", "wait web"]


def test_a_second_time_changes_nothing(lab) -> None:
    raised(lab, WEB, DB)
    changes = raised(lab, WEB, DB)
    assert not changes.any
    assert sorted(lab.calls) == ["wait db", "wait web"]


def test_only_what_is_missing_is_made_and_what_is_off_is_started(lab) -> None:
    raised(lab, WEB)
    lab.stop("web")
    assert raised(lab, WEB, DB) == Changes(made=("db",), started=("web",))


def test_a_machine_that_left_the_spec_is_removed_and_others_stay(lab) -> None:
    raised(lab, WEB, DB)
    lab.add(Machine("by-hand", "10.77.0.99/24"))
    assert raised(lab, WEB) == Changes(removed=("db",))
    assert set(lab.machines()) == {"web", "by-hand"}


def test_a_machine_that_is_ordered_otherwise_is_made_anew(lab) -> None:
    raised(lab, WEB, DB)
    assert raised(lab, replace(WEB, address="10.77.0.21/24"), DB) == Changes(renewed=("web",))
    assert lab.calls[:2] == ["rm web", "add web"]
    assert lab.machines()["web"].address == "10.77.0.21/24"


def test_an_address_can_pass_from_one_machine_to_another(lab) -> None:
    raised(lab, WEB, DB)
    raised(lab, replace(WEB, address=DB.address), replace(DB, address=WEB.address))
    assert lab.calls[:4] == ["rm web", "rm db", "add web", "add db"]


def test_stopped_machines_are_made_and_switched_off_and_nobody_waits_for_them(lab) -> None:
    assert raised(lab, WEB, stopped=frozenset({"web"})) == Changes(made=("web",))
    assert lab.calls == ["add web", "stop web"]
    assert not raised(lab, WEB, stopped=frozenset({"web"})).any
    assert raised(lab, WEB) == Changes(started=("web",))
    assert raised(lab, WEB, stopped=frozenset({"web"})) == Changes(stopped=("web",))


def test_a_run_that_broke_off_is_finished_by_the_next(lab) -> None:
    lab.broken = {"db"}
    with pytest.raises(SimError, match="db does not boot"):
        raised(lab, WEB, DB)
    lab.broken.clear()
    assert raised(lab, WEB, DB) == Changes(made=("db",))


def test_what_a_run_that_broke_off_has_made_is_still_removed_when_it_left_the_spec(lab) -> None:
    lab.broken = {"db"}
    with pytest.raises(SimError):
        raised(lab, WEB, DB)
    assert raised(lab) == Changes(removed=("web",))


def test_the_inventory_names_every_machine_and_its_user(lab) -> None:
    raised(lab, WEB, replace(DB, user="admin"))
    lines = (lab.folder / "inventory.ini").read_text(encoding="utf-8").splitlines()
    assert {"web ansible_user=root ansible_port=22", "db ansible_user=admin ansible_port=22"} <= set(lines)


def test_every_step_is_told(lab) -> None:
    told: list[str] = []
    bring_up(lab, world(WEB), told.append)
    bring_up(lab, world(), told.append)
    assert told == ["Booting web", "Removing web"]
