"""`plan --save` and `export`: what they write, with which rights, and what they leave alone."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest
import yaml


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_saved_plan_is_a_lock_and_our_own_folder(run, stack, tmp_path: Path) -> None:
    spec = stack("home")
    before = spec.read_bytes()
    ran = run("plan", "--save")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Saved kombination.lock and .kombify/: commit the lock.\n")
    assert spec.read_bytes() == before
    assert mode(tmp_path / "kombination.lock") == 0o644
    assert mode(tmp_path / ".kombify") == 0o700
    written = {path.name: mode(path) for path in (tmp_path / ".kombify").iterdir()}
    assert written == dict.fromkeys(["manifest.json", "requirements.yaml", "unified.yaml"], 0o600)


def test_the_manifest_has_the_hash_of_every_file(run, stack, tmp_path: Path) -> None:
    stack("home")
    run("plan", "--save")
    folder = tmp_path / ".kombify"
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert {name: entry["sha256"] for name, entry in listed.items()} == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("requirements.yaml", "unified.yaml")
    }


def test_after_saving_nothing_changes_any_more(run, stack, tmp_path: Path) -> None:
    stack("home")
    run("plan", "--save")
    lock = (tmp_path / "kombination.lock").read_bytes()
    ran = run("plan", "--save", "--format", "json")
    assert json.loads(ran.out)["changes"] == []
    assert (tmp_path / "kombination.lock").read_bytes() == lock


def test_what_changed_against_the_lock_is_shown_with_its_reason(run, stack) -> None:
    spec = stack("home")
    run("plan", "--save")
    spec.write_text(spec.read_text(encoding="utf-8").replace("runs_on: nas", "runs_on: mini"), encoding="utf-8")
    ran = run("plan", "--format", "json", "--set", "services.jellyfin.placement.move=true")
    moved = [change for change in json.loads(ran.out)["changes"] if change["what"] == "placement"]
    assert [(one["name"], one["before"], one["after"]) for one in moved] == [("jellyfin", "nas", "mini")]
    assert "nas" in moved[0]["reason"]


def test_a_broken_lock_is_reported_and_not_overwritten(run, stack, tmp_path: Path) -> None:
    stack("home")
    lock = tmp_path / "kombination.lock"
    lock.write_text("placement: [\n", encoding="utf-8")
    assert run("plan", "--save").code == 2
    assert lock.read_text(encoding="utf-8") == "placement: [\n"


def test_an_invalid_spec_saves_nothing(run, stack, tmp_path: Path) -> None:
    stack("broken")
    assert run("plan", "--save").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kombination.yaml"]


def test_export_writes_artefacts_with_their_hashes(run, stack, tmp_path: Path) -> None:
    stack("home")
    ran = run("export", "out")
    assert (ran.code, ran.err) == (0, "")
    folder = tmp_path / "out"
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert files == sorted([*listed, "manifest.json"])
    assert {"docs/README.md", "docs/graph.svg", "inventory/hosts.yaml", "requirements.yaml", "unified.yaml"} <= set(
        files
    )
    for name, entry in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]


def test_export_replaces_what_it_wrote_and_removes_what_is_gone(run, stack, tmp_path: Path) -> None:
    spec = stack("home")
    run("export", "out")
    text = spec.read_text(encoding="utf-8")
    spec.write_text("".join(line for line in text.splitlines(keepends=True) if "  pi:" not in line), encoding="utf-8")
    assert run("export", "out").code == 0
    assert not (tmp_path / "out/inventory/host_vars/pi.yaml").exists()
    assert (
        "pi" not in yaml.safe_load((tmp_path / "out/inventory/hosts.yaml").read_text(encoding="utf-8"))["all"]["hosts"]
    )


@pytest.mark.parametrize("foreign", ["docs/README.md", "manifest.json"])
def test_export_refuses_to_overwrite_a_file_of_somebody_else(foreign: str, run, stack, tmp_path: Path) -> None:
    stack("home")
    path = tmp_path / "out" / foreign
    path.parent.mkdir(parents=True)
    path.write_text("mine\n", encoding="utf-8")
    ran = run("export", "out")
    assert (ran.code, ran.out) == (3, "")
    assert foreign in ran.err
    assert path.read_text(encoding="utf-8") == "mine\n"
    assert run("export", "out", "--force").code == 0
    assert path.read_text(encoding="utf-8") != "mine\n"


def test_export_refuses_to_overwrite_a_file_that_was_edited(run, stack, tmp_path: Path) -> None:
    stack("home")
    run("export", "out")
    edited = tmp_path / "out/inventory/host_vars/nas.yaml"
    edited.write_text("edited: true\n", encoding="utf-8")
    assert run("export", "out").code == 3
    assert edited.read_text(encoding="utf-8") == "edited: true\n"


def test_export_follows_no_link_out_of_its_folder(run, stack, tmp_path: Path) -> None:
    stack("home")
    secret = tmp_path / "secret"
    secret.write_text("mine\n", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/unified.yaml").symlink_to(secret)
    assert run("export", "out").code == 3
    assert run("export", "out", "--force").code == 0
    assert secret.read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("words", [["export", "kombination.yaml"], ["export", "kombination.yaml/below"]], ids=" ".join)
def test_export_into_a_file_is_refused(words: list[str], run, stack) -> None:
    spec = stack("home")
    before = spec.read_bytes()
    ran = run(*words)
    assert (ran.code, ran.out) == (1, "")
    assert "kombination.yaml" in ran.err
    assert spec.read_bytes() == before
