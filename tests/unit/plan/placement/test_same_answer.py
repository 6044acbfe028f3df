"""The answer is the one that scoring every target would give, and does not depend on the order of the inputs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import (
    Amounts,
    Factors,
    Group,
    Item,
    Settings,
    Spread,
    Target,
    Weights,
    place,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import ask

MIB = 2**20
GIB = 2**30

weights = st.builds(Weights, *[st.integers(0, 40)] * 5)
names = st.frozensets(st.sampled_from([f"n{number}" for number in range(12)]), max_size=6)


@st.composite
def targets(draw, count: int = 12) -> list[Target]:
    memory = st.sampled_from([2, 4, 4, 8, 16, 64]).map(lambda gib: gib * GIB) | st.integers(GIB, 9 * GIB)
    return [
        Target(
            f"n{number}",
            size=Amounts(
                draw(memory), draw(st.sampled_from([32, 100, 1000])) * GIB, draw(st.sampled_from([2, 4, 8])) * 1000
            ),
            overcommit=Factors(cpu=4000),
            load=draw(st.none() | st.integers(0, 900)),
            reliability=draw(st.none() | st.integers(700, 1000)),
            site=draw(st.sampled_from(["hq", "shop", None])),
            state=draw(st.sampled_from(["present"] * 8 + ["cordoned"])),
        )
        for number in range(draw(st.integers(1, count)))
    ]


WISHES = (
    {"apart": Group(frozenset({"service1"}))},
    {"apart": Group(frozenset({"service2"}), strict=False)},
    {"with_": Group(frozenset({"service4"}), strict=False)},
    {"spread": Spread("site", 2)},
    {"spread": Spread(strict=False)},
    {"host_ports": frozenset({"53/udp"})},
    {},
)


@st.composite
def items(draw, count: int = 30) -> list[Item]:
    """Instances of seven services, each service with a wish of its own about its neighbours."""
    memory = st.sampled_from([64, 128, 256, 512, 2048]).map(lambda mib: mib * MIB)
    storage = st.integers(0, 9).map(lambda gib: gib * GIB)
    some_names = st.just(()) | st.tuples(names)
    return [
        Item(
            f"s{number}",
            f"service{number % 7}",
            Amounts(draw(memory), draw(storage), draw(st.integers(0, 900))),
            prefer=draw(some_names),
            avoid=draw(some_names),
            weights=draw(st.none() | weights),
            **WISHES[number % 7],
        )
        for number in range(draw(st.integers(0, count)))
    ]


def best_of_all(placer: Placer, item: Item) -> int | None:
    """Score every target: what the ranking has to agree with."""
    board = placer.board
    possible = [
        number
        for number, target in enumerate(placer.question.targets)
        if target.state == "present" and placer.filters.first(item, number) is None
    ]
    same = board.where(item.service)
    return max(
        possible,
        key=lambda number: (placer.points(item, number), -same.get(number, 0), board.free_memory[number], -number),
        default=None,
    )


@pytest.mark.parametrize("strategy", ["spread", "pack"])
@settings(max_examples=60, deadline=None)
@given(
    found=items(),
    places=targets(),
    survive=st.booleans(),
    enforce=st.sampled_from([["memory"], ["memory", "storage", "cpu"]]),
)
def test_the_ranking_finds_what_scoring_every_target_finds(strategy, found, places, survive, enforce) -> None:
    wishes = Settings(strategy=strategy, survive_one_node=survive, enforce=frozenset(enforce))
    placer = Placer(ask(found, places, {}, wishes))
    for number, item in enumerate(placer.question.items):
        chosen = placer.choose(item)
        assert chosen == best_of_all(placer, item)
        if chosen is not None:
            placer.put(item, chosen, "chosen")
        if number % 5 == 4 and placer.board.place_of:
            placer.take(placer.question.item[min(placer.board.place_of)], "made room")


@settings(max_examples=40, deadline=None)
@given(found=items(), places=targets(), seed=st.integers(0, 99))
def test_the_order_of_items_targets_and_current_places_does_not_matter(found, places, seed) -> None:
    shuffle = random.Random(seed).shuffle
    current = {item.name: places[number % len(places)].name for number, item in enumerate(found) if number % 3}
    first = place(found, places, current=current)
    shuffle(found)
    shuffle(places)
    pairs = list(current.items())
    shuffle(pairs)
    second = place(found, places, current=dict(pairs))
    assert list(first.assignments.items()) == list(second.assignments.items())
    assert first.moved == second.moved
    assert {name: left.nodes for name, left in first.unplaced.items()} == {
        name: left.nodes for name, left in second.unplaced.items()
    }
    assert all(first.explain(item.name) == second.explain(item.name) for item in found)


@settings(max_examples=40, deadline=None)
@given(found=items(), places=targets(), settings_=st.builds(Settings, survive_one_node=st.booleans()))
def test_every_placement_keeps_every_hard_constraint_and_every_row_is_there(found, places, settings_) -> None:
    placement = place(found, places, settings=settings_)
    assert set(placement.assignments) | set(placement.unplaced) == {item.name for item in found}
    used: dict[str, Amounts] = {}
    for name, target in placement.assignments.items():
        used[target] = used.get(target, Amounts()) + placement.question.item[name].requests
    for target in places:
        left = target.allocatable - used.get(target.name, Amounts())
        assert min(left.memory, left.storage, left.cpu) >= 0
        assert target.state == "present" or target.name not in used
    for item in found:
        explanation = placement.explain(item.name)
        assert [row.node for row in explanation.candidates] == [target.name for target in placement.question.targets]
        assert explanation.chosen == placement.assignments.get(item.name)
        chosen = [row for row in explanation.candidates if row.node == explanation.chosen]
        assert all(row.feasible for row in chosen)
        assert all(
            row.total == sum(f.points for f in row.factors.values()) + sum(s.points for s in row.soft) for row in chosen
        )


@settings(max_examples=40, deadline=None)
@given(found=items(), places=targets(), noise=st.lists(st.integers(0, 900), min_size=12, max_size=12))
def test_nothing_moves_when_it_is_placed_again_under_other_loads(found, places, noise) -> None:
    before = place(found, places)
    noisy = [
        Target(**{**{name: getattr(target, name) for name in target.__slots__}, "load": noise[number]})
        for number, target in enumerate(places)
    ]
    after = place(found, noisy, current=before.assignments)
    assert after.moved == ()
    assert {name: after.assignments.get(name) for name in before.assignments} == dict(before.assignments)
