"""Several files in one go: all of them, or everything stays as it was."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError

if TYPE_CHECKING:
    from conftest import Machine


def mode_of(machine: Machine, name: str) -> int:
    return stat.S_IMODE((machine.etc / name).stat().st_mode)


def test_files_links_blocks_and_folders_are_made(machine: Machine) -> None:
    (machine.etc / "hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
    result = machine.change(
        {"path": "a/b/c.conf", "content": "c\n", "mode": "0600", "folder_mode": "0700"},
        {"path": "localtime", "link": "/usr/share/zoneinfo/UTC"},
        {"path": "hosts", "block": "stack", "content": "10.0.0.2 b"},
    )
    assert machine.tree() == {
        "a": "folder",
        "a/b": "folder",
        "a/b/c.conf": "c\n",
        "hosts": "127.0.0.1 localhost\n# BEGIN stack (kombify.stack)\n10.0.0.2 b\n# END stack (kombify.stack)\n",
        "localtime": "-> /usr/share/zoneinfo/UTC",
    }
    assert (mode_of(machine, "a"), mode_of(machine, "a/b"), mode_of(machine, "a/b/c.conf")) == (0o755, 0o700, 0o600)
    assert [os.path.relpath(path, machine.etc) for path in result["changed_files"]] == [
        "a/b/c.conf",
        "localtime",
        "hosts",
    ]


def test_a_second_run_changes_nothing(machine: Machine) -> None:
    files = [{"path": "a", "content": "a"}, {"path": "b", "link": "a"}, {"path": "gone", "state": "absent"}]
    assert machine.change(*files)["changed"]
    again = machine.change(*files)
    assert (again["changed"], again["changed_files"], again["diff"]) == (False, [], [])


def test_check_mode_predicts_and_touches_nothing(machine: Machine) -> None:
    machine.add_unit("x.service")
    files = [{"path": "new/a", "content": "a\n", "reload": ["x.service"]}]
    units = [{"name": "x.service", "enabled": True, "state": "started"}]
    predicted = machine.change(*files, units=units, check=True)
    assert (machine.tree(), machine.log, machine.state.exists()) == ({}, [], False)
    made = machine.change(*files, units=units)
    assert {key: made[key] for key in predicted} == predicted
    assert [difference["after"] for difference in made["diff"]] == ["a\n", "enabled, active\n"]


def test_an_existing_file_keeps_what_is_not_said(machine: Machine) -> None:
    (machine.etc / "a").write_text("old", encoding="utf-8")
    (machine.etc / "a").chmod(0o640)
    machine.change({"path": "a", "content": "new"})
    assert (machine.tree(), mode_of(machine, "a")) == ({"a": "new"}, 0o640)
    machine.change({"path": "a", "mode": "0600"})
    assert (machine.tree(), mode_of(machine, "a")) == ({"a": "new"}, 0o600)


def test_a_link_is_replaced_and_not_followed(machine: Machine) -> None:
    (machine.etc / "target").write_text("of others", encoding="utf-8")
    (machine.etc / "resolv.conf").symlink_to("target")
    machine.change({"path": "resolv.conf", "content": "ours"})
    assert machine.tree() == {"resolv.conf": "ours", "target": "of others"}


def test_what_reads_the_files_is_reloaded_once_and_only_when_they_changed(machine: Machine) -> None:
    machine.add_unit("x.service", "active")
    files = [
        {"path": name, "content": name, "reload": ["x.service"], "run": [["touch", machine.etc / "ran"]]}
        for name in "ab"
    ]
    machine.change(*files)
    assert machine.log == ["reload-or-restart x.service"]
    (machine.etc / "ran").unlink()
    machine.change(*files)
    assert (machine.log, "ran" in machine.tree()) == (["reload-or-restart x.service"], False)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"path": "z", "content": "", "validate": "test -s %s"}, "z would be wrong"),
        ({"path": "z", "content": "", "run": [["sh", "-c", "echo no such key >&2; exit 1"]]}, "no such key"),
        ({"path": "z", "content": "", "reload": ["broken.service"]}, "line 1: bad word"),
        ({"path": "z", "content": "", "owner": "nobody-of-that-name"}, "nobody-of-that-name"),
        ({"path": "folder", "content": ""}, "neither a file nor a link"),
        ({"path": "old/below", "content": ""}, "cannot be made"),
    ],
    ids=["invalid", "command fails", "unit fails", "no such user", "a folder is there", "a file instead of a folder"],
)
def test_when_one_of_them_fails_everything_is_as_before(
    machine: Machine, broken: dict[str, object], words: str
) -> None:
    (machine.etc / "folder").mkdir()
    (machine.etc / "old").write_text("old", encoding="utf-8")
    (machine.etc / "old").chmod(0o640)
    (machine.etc / "link").symlink_to("old")
    machine.add_unit("broken.service", "broken")
    before = machine.tree()
    changes = [{"path": "old", "content": "new", "mode": "0600"}, {"path": "link", "link": "other"}, {"path": "new/a"}]
    with pytest.raises(NodeError, match=words):
        machine.change(*changes, {"path": "folder/x", "content": "x"}, broken)
    assert (machine.tree(), mode_of(machine, "old")) == (before, 0o640)
    assert list(machine.state.iterdir()) == []


def test_units_that_were_started_for_a_failed_change_are_stopped_again(machine: Machine) -> None:
    machine.add_unit("new.service")
    machine.add_unit("old.service", "active", "enabled")
    machine.add_unit("broken.service", "broken")
    with pytest.raises(NodeError, match=r"broken\.service cannot be started"):
        machine.change(
            {"path": "a", "content": "a", "reload": ["new.service"]},
            units=[
                {"name": "old.service", "enabled": False, "state": "stopped"},
                {"name": "new.service", "enabled": True},
                {"name": "broken.service", "state": "started"},
            ],
        )
    assert (machine.states_of("new.service"), machine.states_of("old.service")) == (set(), {"active", "enabled"})


def test_a_unit_that_does_not_fit_the_machine_is_not_started_again_and_again(machine: Machine) -> None:
    machine.add_unit("clock.service", "enabled", "skipped")
    assert not machine.change(units=[{"name": "clock.service", "enabled": True, "state": "started"}])["changed"]


def test_files_of_a_unit_that_shall_be_off_do_not_start_it(machine: Machine) -> None:
    machine.add_unit("x.service", "active", "enabled")
    machine.change(
        {"path": "a", "content": "a", "reload": ["x.service"]},
        units=[{"name": "x.service", "enabled": False, "state": "stopped"}],
    )
    assert machine.states_of("x.service") == set()


def test_what_a_killed_run_left_is_taken_back_by_the_next(machine: Machine) -> None:
    (machine.etc / "a").write_text("old", encoding="utf-8")

    class Killed(BaseException):
        """Nothing catches it, as nothing catches SIGKILL."""

    def die(command: object) -> tuple[int, str, str]:
        if "reload-or-restart" in str(command):
            raise Killed
        return run(command)

    run, machine.run = machine.run, die
    with pytest.raises(Killed):
        machine.change({"path": "a", "content": "half"}, {"path": "b", "content": "half", "reload": ["x.service"]})
    machine.run = run
    assert machine.tree() == {"a": "half", "b": "half"}
    result = machine.change({"path": "c", "content": "c"})
    assert (len(result["taken_back"]), machine.tree()) == (1, {"a": "old", "c": "c"})


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"mode": "rw"}, "not octal"),
        ({"link": "x", "content": "y"}, "a link has no content"),
        ({"validate": "true"}, "needs %s"),
    ],
)
def test_contradictions_are_said(machine: Machine, file: dict[str, str], words: str) -> None:
    with pytest.raises(NodeError, match=words):
        machine.change({"path": "a"} | file)


def test_a_path_is_written_once(machine: Machine) -> None:
    with pytest.raises(NodeError, match="more than once"):
        machine.change({"path": "a", "content": "1"}, {"path": "a", "content": "2"})
