# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Settings
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

SAFE = Settings(survive_one_node=True, exact=False)


def test_no_more_is_placed_than_fits_without_the_largest_target(host: Any, item: Any) -> None:
    items = [item(f"i{number}", 3) for number in range(6)]
    targets = [host("n1", 10), host("n2", 6), host("n3", 6)]
    assert len(place(items, targets).assignments) == 6
    found = place(items, targets, settings=SAFE)
    assert len(found.assignments) == 4
    reason = "would leave no room to lose n1 (short by 3.0 GiB)"
    assert found.unplaced["i5"]["n1"] == reason


def test_what_runs_already_stays_as_no_move_would_help(host: Any, item: Any) -> None:
    items = [item(f"i{number}", 3) for number in range(4)]
    current = {"i0": "n1", "i1": "n1", "i2": "n2", "i3": "n2"}
    found = place(items, [host("n1"), host("n2")], current=current, settings=SAFE)
    assert found.assignments == current


def test_what_is_pinned_to_the_largest_target_goes_down_with_it(host: Any, item: Any) -> None:
    pinned = item("p", 6, pinned=True, candidates=frozenset({"n1"}))
    found = place([pinned, item("a", 4), item("b", 2)], [host("n1", 10), host("n2", 6)], settings=SAFE)
    assert set(found.assignments) == {"p", "a", "b"}
    there = item("p", 6, pinned=True, candidates=frozenset({"n2"}))
    found = place([there, item("a", 4), item("b", 2)], [host("n1", 10), host("n2", 6)], settings=SAFE)
    assert set(found.assignments) == {"p"}


def test_sites_and_kinds_keep_their_room_apart(host: Any, item: Any) -> None:
    targets = [host("a1", site="a"), host("a2", site="a"), host("b1", site="b"), host("b2", site="b")]
    items = [item(f"i{number}", 8, candidates=frozenset({"a1", "a2"})) for number in range(2)]
    assert len(place(items, targets, settings=SAFE).assignments) == 1
    assert len(place(items, [*targets, host("hv", 99, kind="hypervisor", site="a")], settings=SAFE).assignments) == 1


@pytest.mark.parametrize("alone", [{"site": "far"}, {"kind": "cluster"}])
def test_a_target_with_nothing_beside_it_is_used_in_full(host: Any, item: Any, alone: dict[str, Any]) -> None:
    found = place([item("a", 8)], [host("n1", 8, **alone)], settings=SAFE)
    assert found.assignments == {"a": "n1"}


def test_targets_that_nothing_could_move_to_are_no_room(host: Any, item: Any) -> None:
    """n3 is tainted: when n1 is lost, only n2 is left."""
    targets = [host("n1", 8), host("n2", 4), host("n3", 99, taints=frozenset({"backup"}))]
    assert len(place([item("a", 4), item("b", 4)], targets, settings=SAFE).assignments) == 1


def test_memory_without_limit_needs_no_room(host: Any, item: Any) -> None:
    loose = Settings(survive_one_node=True, unlimited=frozenset({"memory"}), exact=False)
    assert len(place([item("a", 8), item("b", 8)], [host("n1"), host("n2")], settings=loose).assignments) == 2
