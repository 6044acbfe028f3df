# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import allowed_now, fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Settings,
    Spread,
    Target,
    Weights,
)

MIB = 2**20
names = st.sampled_from([f"n{number}" for number in range(1, 13)])
some_names = st.frozensets(names, max_size=4)
services = st.sampled_from(["a", "b", "c", "d"])
rules = st.builds(Rule, st.frozensets(services, min_size=1, max_size=2), st.booleans())
weights = st.builds(Weights, *[st.integers(0, 100)] * 5)
amounts = st.builds(
    Amounts,
    st.sampled_from([0, 64, 100, 256, 1000, 4096]).map(lambda size: size * MIB),
    st.sampled_from([0, 1, 10, 50]).map(lambda size: size * 1024 * MIB),
    st.sampled_from([0, 100, 250, 1000]),
)
sizes = st.builds(
    Amounts,
    st.one_of(st.sampled_from([0, 1024, 4096, 8192]), st.integers(500, 64_000)).map(lambda size: size * MIB),
    st.one_of(st.sampled_from([0, 100]), st.integers(1, 4000)).map(lambda size: size * 1024 * MIB),
    st.integers(0, 32_000),
)
shares = st.none() | st.integers(0, 1000)


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Up to twelve targets, many of them alike, with items on them."""
    kinds = draw(st.lists(sizes, min_size=1, max_size=4))
    targets = [
        Target(
            f"n{number}",
            allocatable=draw(st.sampled_from([*kinds, *kinds, None])),
            capability=draw(st.sampled_from([1000, 4000])),
            load=draw(shares),
            reliability=draw(shares),
            rack=draw(st.sampled_from([None, "r1", "r2"])),
            state=draw(st.sampled_from(["present"] * 9 + ["offline"])),
        )
        for number in range(1, draw(st.integers(1, 12)) + 1)
    ]
    settings = Settings(
        weights=draw(weights),
        strategy=draw(st.sampled_from(["spread", "pack"])),
        unlimited=draw(st.frozensets(st.sampled_from(["memory", "storage", "cpu"]))),
        survive_one_node=draw(st.booleans()),
    )
    board = Board(targets, settings)
    if settings.survive_one_node:
        board.keep_spare([Item("any", "any")])
    for number in range(draw(st.integers(0, 8))):
        item = draw(items(f"i{number}"))
        slot = draw(st.sampled_from(list(board.slots.values())))
        if allowed_now(item, slot, board):
            board.put(item, slot)
    return board


def items(name: str) -> st.SearchStrategy[Item]:
    """Items of every kind, but each wish is absent more often than not."""

    def seldom(some: st.SearchStrategy[Any], otherwise: object = None) -> st.SearchStrategy[Any]:
        return st.one_of(st.just(otherwise), st.just(otherwise), some)

    return st.builds(
        Item,
        st.just(name),
        services,
        amounts,
        candidates=seldom(some_names),
        refused=seldom(some_names, frozenset()),
        ports=seldom(st.just(frozenset({(443, "tcp")})), frozenset()),
        together=seldom(rules),
        apart=seldom(rules),
        spread=seldom(st.builds(Spread, st.sampled_from(["node", "rack"]), st.integers(1, 2), st.booleans())),
        prefer=seldom(some_names, frozenset()),
        avoid=seldom(some_names, frozenset()),
        volume_on=seldom(names),
        weights=seldom(weights),
        pinned=seldom(st.just(True), False),
    )


@given(boards(), items("new"), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_short_walk_finds_what_looking_at_every_target_finds(board: Board, item: Item, few: bool) -> None:
    chooser = Chooser(board)
    ranked = sorted(
        (chooser.rank(item, slot), name) for name, slot in board.slots.items() if fault(item, slot, board) is None
    )
    search: Callable[..., Any] = chooser.best if few or item.pinned else chooser._of_many
    found = search(item) if search == chooser.best else search(item, board.allowed(item))
    assert (found.target.name if found else None) == (ranked[0][1] if ranked else None)


@given(boards(), items("new"))
@settings(max_examples=50, deadline=None)
def test_taking_an_item_off_the_board_undoes_putting_it_there(board: Board, item: Item) -> None:
    def picture() -> list[object]:
        return [
            (
                slot.memory,
                slot.storage,
                slot.cpu,
                slot.base,
                dict(+slot.services),
                dict(+slot.refusals),
                set(slot.ports),
            )
            for slot in board.slots.values()
        ] + [[slot.order for _key, slot in kin.members] for kin in board.kin.values()]

    before = picture()
    for slot in board.slots.values():
        if allowed_now(item, slot, board):
            board.put(item, slot)
            board.take(item, slot)
    assert picture() == before


def test_a_better_score_wins_before_anything_else(host: Any, item: Any) -> None:
    board = Board([host("n1", 8), host("n2", 16, storage=200)], Settings())
    board.put(item("b"), board.slots["n1"])
    assert Chooser(board).best(item("a")) is board.slots["n2"]


def test_with_equal_scores_the_target_with_fewer_of_the_same_service_wins(host: Any, item: Any) -> None:
    board = Board([host("n1"), host("n2")], Settings())
    board.put(item("a-1", 0), board.slots["n1"])
    assert Chooser(board).best(item("a-2")) is board.slots["n2"]


def test_then_the_one_with_more_free_memory_wins(host: Any, item: Any) -> None:
    board = Board([host("n1", 8), host("n2", 16)], Settings())
    assert Chooser(board).best(item("a", 0)) is board.slots["n2"]


def test_then_the_natural_order_of_names_decides(host: Any, item: Any) -> None:
    board = Board([host("n10"), host("n2"), host("n1")], Settings())
    assert Chooser(board).best(item("a")) is board.slots["n1"]
    assert Chooser(board).best(item("a"), without=frozenset({"n1"})) is board.slots["n2"]
