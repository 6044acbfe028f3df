"""Snapshots: what a plan is made from, kept once, and laid out again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.engine.errors import NotFound
from kombify.engine.snapshots import fix_placement, planned_files, take, unpack

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
include: [more.yaml, {file: later.yaml, optional: true}]
nodes:
  nas: {address: 192.0.2.10, cpu: 4, memory: 8GiB, disk: 100GiB}
"""
MORE = "nodes:\n  pi: {address: 192.0.2.11, cpu: 4, memory: 4GiB, disk: 32GiB}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stack with an included file, and with things that are none of a plan's business."""
    folder = tmp_path / "live" / "home"
    (folder / "files").mkdir(parents=True)
    (folder / ".kombify" / "jobs").mkdir(parents=True)
    (folder / "kombination.yaml").write_text(SPEC)
    (folder / "more.yaml").write_text(MORE)
    (folder / "token").write_text("the secret")
    (folder / "files" / "ca.pem").write_text("a certificate")
    return folder


def test_a_snapshot_has_what_the_plan_is_made_from_and_no_secrets(folder: Path) -> None:
    files = planned_files(folder)
    assert {name for name, text in files.items() if text} == {"kombination.yaml", "more.yaml"}
    assert {name for name, text in files.items() if text is None} >= {"later.yaml", "kombination.lock"}
    assert "the secret" not in str(files)


def test_a_folder_without_a_spec_has_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no kombination"):
        planned_files(tmp_path)


def test_it_is_laid_out_as_it_was_with_what_it_does_not_know_linked(folder: Path, tmp_path: Path) -> None:
    files = planned_files(folder)
    (folder / "kombination.yaml").write_text("edited since")
    (folder / "later.yaml").write_text("came since")
    fixed = unpack(files, folder, tmp_path / "copy")
    assert (fixed / "kombination.yaml").read_text() == SPEC
    assert (fixed / "more.yaml").read_text() == MORE
    assert not (fixed / "later.yaml").exists()
    assert (fixed / "token").resolve() == folder / "token"
    assert (fixed / "files" / "ca.pem").read_text() == "a certificate"
    assert not (fixed / ".kombify" / "jobs").exists()
    assert planned_files(fixed) == files


def test_nobody_else_can_read_it(folder: Path, tmp_path: Path) -> None:
    fixed = unpack(planned_files(folder), folder, tmp_path / "copy")
    ours = [path for path in [tmp_path / "copy", *(tmp_path / "copy").rglob("*")] if not path.is_symlink()]
    assert {path.stat().st_mode & 0o777 for path in ours} == {0o700, 0o600}
    assert fixed / "more.yaml" in ours


def test_a_file_above_the_stack_keeps_its_place(folder: Path, tmp_path: Path) -> None:
    (folder.parent / "common.yaml").write_text(MORE)
    (folder / "kombination.yaml").write_text(SPEC.replace("more.yaml", "../common.yaml"))
    files = planned_files(folder)
    fixed = unpack(files, folder, tmp_path / "copy")
    assert (fixed / "../common.yaml").resolve().is_relative_to(tmp_path / "copy")
    assert planned_files(fixed) == files


def test_own_kits_are_kept_and_new_ones_left_out(folder: Path, tmp_path: Path) -> None:
    kit = folder / "kits" / "mine"
    kit.mkdir(parents=True)
    (kit / "stackkit.yaml").write_text("name: mine\n")
    (kit / "values.yaml.j2").write_text("a template")
    (folder / "kombination.yaml").write_text(f"{SPEC}catalog:\n  - path: kits\n")
    files = planned_files(folder)
    (folder / "kits" / "other").mkdir()
    fixed = unpack(files, folder, tmp_path / "copy")
    assert not (fixed / "kits" / "other").exists()
    assert planned_files(fixed) == files


def test_the_same_files_are_kept_once(bench) -> None:
    files = planned_files(bench.stacks.folder("home"))
    first = take(bench.database, "home", files)
    assert take(bench.database, "home", files) == first
    assert take(bench.database, "home", {**files, "kombination.yaml": "other"}) != first
    assert take(bench.database, "cabin", files) != first


def test_placement_is_written_down_and_the_spec_is_left_alone(folder: Path) -> None:
    fix_placement(folder)
    written = (folder / "kombination.lock").read_text()
    assert (folder / "kombination.yaml").read_text() == SPEC
    before = (folder / "kombination.lock").stat().st_mtime_ns
    fix_placement(folder)
    assert (folder / "kombination.lock").stat().st_mtime_ns == before
    assert written
