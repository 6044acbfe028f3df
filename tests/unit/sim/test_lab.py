"""Labs as such: with the driver that needs nothing, so that anybody can run these tests."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kombify.sim import image
from kombify.sim.errors import SimError
from kombify.sim.lab import Lab, create_lab, labs_folder, list_labs, open_lab
from kombify.sim.login import ssh_command
from kombify.sim.machine import Machine

NAS = Machine("nas", "10.77.0.11/24", memory=2**30)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))


@pytest.fixture
def lab() -> Lab:
    made = create_lab("home", "api-only")
    made.up()
    return made


def test_labs_are_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert labs_folder() == tmp_path / "labs"
    monkeypatch.delenv("KOMBIFY_LABS")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert labs_folder() == tmp_path / "state/kombify/labs"
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    assert labs_folder() == Path.home() / ".local/state/kombify/labs"


@pytest.mark.parametrize("name", ["", "Home", "-home", "home/..", "a" * 21, "a b"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(SimError, match="cannot name a lab"):
        create_lab(name, "api-only")
    assert list_labs() == []


def test_a_lab_is_made_once_and_keeps_its_driver(lab: Lab) -> None:
    assert stat.S_IMODE(lab.folder.stat().st_mode) == 0o700
    assert create_lab("home").driver.name == "api-only"
    with pytest.raises(SimError, match="is there with the driver api-only"):
        create_lab("home", "podman")


def test_an_unknown_lab_is_told_the_known_ones(lab: Lab) -> None:
    with pytest.raises(SimError, match=r"there is no lab house \(there are: home\)"):
        open_lab("house")
    assert [known.name for known in list_labs()] == [lab.name]


def test_machines_live_and_die(lab: Lab) -> None:
    lab.add(NAS)
    assert (lab.machine("nas"), lab.state("nas")) == (NAS, "running")
    lab.stop("nas")
    assert lab.state("nas") == "stopped"
    lab.start("nas")
    lab.rm("nas")
    assert lab.machines() == {}
    with pytest.raises(SimError, match=r"has no node nas \(it has: none\): kombify sim add home nas"):
        lab.start("nas")


def test_names_and_addresses_are_given_once(lab: Lab) -> None:
    lab.add(NAS)
    lab.add(NAS)
    with pytest.raises(SimError, match="kombify sim rm home nas"):
        lab.add(Machine("nas", "10.77.0.12/24"))
    with pytest.raises(SimError, match="is taken by nas"):
        lab.add(Machine("mini", "10.77.0.11/16"))
    assert list(lab.machines()) == ["nas"]


@pytest.mark.parametrize("there", [False, True], ids=["a new one", "one that is there"])
def test_a_machine_that_cannot_be_made_is_forgotten_but_never_one_that_is_there(
    lab: Lab, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if there:
        lab.add(NAS)

    def fail(machine: Machine) -> None:
        raise SimError(f"no {machine.name} today")

    monkeypatch.setattr(lab.driver, "add", fail)
    with pytest.raises(SimError, match="no nas today"):
        lab.add(NAS)
    assert lab.machines() == ({"nas": NAS} if there else {})


def test_an_order_is_changed_while_the_machine_is_off(lab: Lab) -> None:
    lab.add(NAS)
    bigger = Machine("nas", "10.77.0.12/24", memory=2**31)
    with pytest.raises(SimError, match="kombify sim stop home nas"):
        lab.change(bigger)
    lab.stop("nas")
    lab.change(bigger)
    assert lab.machines() == {"nas": bigger}
    lab.add(Machine("mini", "10.77.0.11/24"))
    with pytest.raises(SimError, match="is taken by mini"):
        lab.change(NAS)


def test_the_inventory_names_the_machines(lab: Lab) -> None:
    lab.add(NAS)
    assert "nas ansible_host=" in lab.inventory.read_text(encoding="utf-8")
    lab.rm("nas")
    assert "nas" not in lab.inventory.read_text(encoding="utf-8")


def test_nothing_is_left_after_down(lab: Lab) -> None:
    lab.add(NAS)
    lab.down()
    assert not lab.folder.exists()
    with pytest.raises(SimError, match="was taken down meanwhile"):
        lab.add(NAS)
    assert list_labs() == []


@pytest.mark.parametrize("settings", [None, "", "{}", "not JSON"], ids=["none", "empty", "no driver", "damaged"])
def test_a_lab_that_was_half_made_is_still_one(lab: Lab, settings: str | None) -> None:
    if settings is None:
        (lab.folder / "lab.json").unlink()
    else:
        (lab.folder / "lab.json").write_text(settings, encoding="utf-8")
    assert open_lab("home").folder == lab.folder
    assert create_lab("home", "api-only").driver.name == "api-only"


def test_nobody_logs_in_to_what_is_not_there(lab: Lab) -> None:
    lab.add(NAS)
    with pytest.raises(SimError, match="nobody can log in to nas"):
        ssh_command(lab, "nas")


def test_an_image_that_nodes_are_made_of_stays(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(image, "recipe", lambda: image.Recipe("trixie", ()))
    made = tmp_path / "cache/kombify/images" / image.recipe().key
    made.mkdir(parents=True)
    lab.add(NAS)
    (lab.folder / "nodes/nas/lower").symlink_to(made)
    with pytest.raises(SimError, match="kombify sim down home"):
        image.remove()
    lab.down()
    image.remove()
    assert not made.exists()
