# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Settings,
    Spread,
    Target,
)

GIB = 2**30
WORDS = (
    *("state", "runs_on", "kind", "arch", "devices", "taints", "reach"),
    *("ports", "neighbours", "data", "fit", "survive"),
)


def refusal(item: Item, target: Target, *others: Target, settings: Settings | None = None) -> tuple[str, str] | None:
    board = Board([target, *others], settings or Settings())
    return fault(item, board.slots[target.name], board)


@pytest.mark.parametrize(
    ("asked", "has", "word", "reason"),
    [
        ({}, {"state": "absent"}, "state", "is declared absent"),
        ({}, {"state": "maintenance"}, "state", "is in maintenance"),
        ({}, {"state": "stopped"}, "state", "is stopped"),
        ({}, {"state": "offline"}, "state", "is offline"),
        ({"candidates": frozenset({"n2"})}, {}, "runs_on", "runs_on does not name it"),
        ({"refused": frozenset({"n1"})}, {}, "runs_on", "not_on names it"),
        ({"kinds": frozenset({"cluster"})}, {}, "kind", "the kit does not support a host"),
        ({"archs": frozenset({"amd64"})}, {"arch": "arm64"}, "arch", "there is no image for arm64 (only amd64)"),
        ({"devices": frozenset({"/dev/dri"})}, {"devices": frozenset({"/dev/kvm"})}, "devices", "has no /dev/dri"),
        ({"labels": frozenset({"gpu", "zigbee"})}, {"labels": frozenset({"gpu"})}, "devices", "has no zigbee"),
        ({}, {"taints": frozenset({"backup"})}, "taints", "is tainted backup"),
        ({"public": True}, {}, "reach", "has no public address"),
        ({"reach": frozenset({"hq"})}, {"reach": frozenset({"home"})}, "reach", "has no link to hq"),
        ({"ports": frozenset({(443, "tcp")})}, {"ports": frozenset({(443, "tcp")})}, "ports", "port 443/tcp is taken"),
        ({}, {"allocatable": None}, "fit", "its size is not known"),
    ],
)
def test_a_target_is_refused_with_its_reason(
    host: Any, item: Any, asked: dict[str, Any], has: dict[str, Any], word: str, reason: str
) -> None:
    assert refusal(item("a", **asked), host("n1", **has)) == (word, reason)


@pytest.mark.parametrize(
    ("asked", "has"),
    [
        ({"candidates": frozenset({"n1"})}, {}),
        ({"kinds": frozenset({"host", "cluster"})}, {}),
        ({"archs": frozenset({"amd64"})}, {"arch": None}),
        ({"archs": frozenset({"amd64", "arm64"})}, {"arch": "arm64"}),
        ({"devices": frozenset({"gpu"})}, {"devices": frozenset({"gpu", "tpu"})}),
        ({"tolerations": frozenset({"backup"})}, {"taints": frozenset({"backup"})}),
        ({"pinned": True}, {"taints": frozenset({"backup"})}),
        ({"pinned": True}, {"state": "maintenance"}),
        ({"volume_on": "n1"}, {"state": "maintenance"}),
        ({"public": True}, {"public": True}),
        ({"reach": frozenset({"hq"})}, {"reach": None}),
        ({"ports": frozenset({(443, "tcp")})}, {"ports": frozenset({(443, "udp")})}),
        ({"pinned": True}, {"allocatable": None}),
    ],
)
def test_what_suits_is_not_refused(host: Any, item: Any, asked: dict[str, Any], has: dict[str, Any]) -> None:
    assert refusal(item("a", **asked), host("n1", **has)) is None


@pytest.mark.parametrize(
    ("needs", "reason"),
    [
        ({"memory": 10}, "RAM: 8.0 GiB free of 8.0 GiB, needs 10.0 GiB (short by 2.0 GiB)"),
        ({"storage": 101}, "disk: 100.0 GiB free of 100.0 GiB, needs 101.0 GiB (short by 1.0 GiB)"),
        ({"cpu": 9500}, "CPU: 8 cores free of 8 cores, needs 9.5 cores (short by 1.5 cores)"),
    ],
)
def test_what_is_too_large_is_refused_with_the_figures(
    host: Any, item: Any, needs: dict[str, Any], reason: str
) -> None:
    assert refusal(item("a", **needs), host("n1")) == ("fit", reason)


def test_an_item_that_fits_exactly_fits(host: Any, item: Any) -> None:
    assert refusal(item("a", 8, 100, 8000), host("n1", 8, 100, 8000)) is None


def test_a_cluster_is_asked_for_its_sum_and_for_its_largest_node(host: Any, item: Any) -> None:
    cluster = host("k8s", 30, kind="cluster", largest=Amounts(8 * GIB, 100 * GIB, 8000))
    reason = "RAM: its largest node has 8.0 GiB, needs 12.0 GiB"
    assert refusal(item("a", 8), cluster) is None
    assert refusal(item("a", 12), cluster) == ("fit", reason)
    assert refusal(item("a", 1, 101), cluster) == ("fit", "disk: its largest node has 100.0 GiB, needs 101.0 GiB")


def test_a_resource_without_limit_refuses_nothing(host: Any, item: Any) -> None:
    loose = Settings(unlimited=frozenset({"memory", "cpu"}))
    assert refusal(item("a", 99, 1, 99_000), host("n1"), settings=loose) is None
    assert refusal(item("a", 99, 101), host("n1"), settings=loose) is not None


def test_data_holds_an_item_where_it_is_as_long_as_that_target_exists(host: Any, item: Any) -> None:
    reason = "its data is on n2 (placement: {move: true} allows a move)"
    assert refusal(item("a", volume_on="n2"), host("n1"), host("n2")) == ("data", reason)
    assert refusal(item("a", volume_on="gone"), host("n1"), host("n2")) is None


def test_the_first_constraint_in_the_given_order_gives_the_reason(host: Any, item: Any) -> None:
    """Everything is wrong at first; whatever was named is put right until nothing is wrong any more."""
    wrong = item(
        "a",
        9,
        refused=frozenset({"n1"}),
        kinds=frozenset({"cluster"}),
        archs=frozenset({"amd64"}),
        devices=frozenset({"gpu"}),
        public=True,
        ports=frozenset({(443, "tcp")}),
        apart=Rule(frozenset({"b"})),
        spread=Spread(),
        volume_on="n2",
    )
    bad = host("n1", 8, state="offline", arch="arm64", taints=frozenset({"backup"}), ports=frozenset({(443, "tcp")}))
    cures: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "state": ({}, {"state": "present"}),
        "runs_on": ({"refused": frozenset()}, {}),
        "kind": ({"kinds": None}, {}),
        "arch": ({}, {"arch": "amd64"}),
        "devices": ({}, {"devices": frozenset({"gpu"})}),
        "taints": ({}, {"taints": frozenset()}),
        "reach": ({}, {"public": True}),
        "ports": ({"ports": frozenset()}, {}),
        "neighbours": ({"apart": None}, {}),
        "data": ({"volume_on": None}, {}),
        "fit": ({"requests": Amounts(8 * GIB)}, {}),
        "survive": ({"requests": Amounts(3 * GIB)}, {}),
    }
    said = []
    for _ in cures:
        board = Board([bad, host("n2", 4)], Settings())
        board.keep_spare([item("x")])
        board.put(item("b", 0), board.slots["n1"])
        found = fault(wrong, board.slots["n1"], board)
        assert found is not None
        said.append(found[0])
        of_item, of_target = cures[found[0]]
        wrong, bad = replace(wrong, **of_item), replace(bad, **of_target)
    assert tuple(said) == WORDS
