"""Control groups, in a folder that looks like those of hosts of either kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.sim.errors import SimError
from kombify.sim.netns.cgroups import Hierarchies, LabGroups, find_hierarchies, kill, populated

HYBRID = """\
tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
"""
PURE = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"


def test_both_kinds_of_hosts_are_understood() -> None:
    assert find_hierarchies(HYBRID) == Hierarchies(Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/memory"))
    assert find_hierarchies(PURE) == Hierarchies(Path("/sys/fs/cgroup"), None)


def test_a_host_without_cgroup_v2_is_told_so() -> None:
    with pytest.raises(SimError, match="cgroup v2 is not mounted"):
        find_hierarchies("tmpfs /sys/fs/cgroup tmpfs rw 0 0\n")


def test_where_memory_is_in_v2_it_is_handed_down_and_limited_there(tmp_path: Path) -> None:
    groups = LabGroups(Hierarchies(tmp_path, None), "home")
    groups.make()
    groups.make_node("nas", 2**29)
    assert (groups.node("nas") / "memory.max").read_text() == str(2**29)
    handing = sorted(str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("cgroup.subtree_control"))
    assert handing == [".", "kombify", "kombify/home", "kombify/home/nodes"]


def test_where_memory_is_in_v1_it_is_limited_there(tmp_path: Path) -> None:
    groups = LabGroups(Hierarchies(tmp_path / "unified", tmp_path / "memory"), "home")
    groups.make()
    groups.make_node("nas", 2**29)
    assert (tmp_path / "memory/kombify/home/nas/memory.limit_in_bytes").read_text() == str(2**29)
    assert not list((tmp_path / "unified").rglob("cgroup.subtree_control"))


def test_a_container_that_cannot_hand_memory_down_is_told_so(tmp_path: Path) -> None:
    groups = LabGroups(Hierarchies(tmp_path, None), "home")
    groups.make()
    (tmp_path / "cgroup.subtree_control").mkdir()
    with pytest.raises(SimError, match="leave the limit away"):
        groups.make_node("nas", 2**29)
    groups.make_node("nas", None)


def test_whether_processes_live_in_a_group(tmp_path: Path) -> None:
    assert not populated(tmp_path / "gone")
    (tmp_path / "cgroup.events").write_text("populated 1\nfrozen 0\n")
    assert populated(tmp_path)


def test_the_end_of_a_group_that_is_gone_is_no_error(tmp_path: Path) -> None:
    kill(tmp_path / "gone")
    LabGroups(Hierarchies(tmp_path, tmp_path), "gone").remove()


def test_only_a_lab_that_is_up_can_be_joined(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="lab home was taken down meanwhile"):
        LabGroups(Hierarchies(tmp_path, None), "home").join_services()
