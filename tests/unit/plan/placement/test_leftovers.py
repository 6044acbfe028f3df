from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Group, Move, Settings, Spread, place
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver import cpsat


@pytest.fixture
def without_solver(monkeypatch) -> None:
    monkeypatch.setattr(cpsat, "cp_model", None)


def crowded(node):
    return [node("n1", 4), node("n2", 4)]


def test_a_small_item_without_data_makes_room(node, app, without_solver) -> None:
    items = [app("small", 1), app("large", 2), app("big", 3.5)]
    placement = place(items, crowded(node), current={"small": "n1", "large": "n2"})
    assert placement.moved == (Move("small", "n1", "n2", "it made room for big"),)
    assert placement.assignments["big"] == "n1"
    assert placement.explain("small").reason == "it made room for big"


def test_two_items_make_room_together(node, app, without_solver) -> None:
    items = [app("s1", 0.75), app("s2", 0.75), app("large", 2.5), app("big", 3.5)]
    placement = place(items, crowded(node), current={"s1": "n1", "s2": "n1", "large": "n2"})
    assert {move.item for move in placement.moved} == {"s1", "s2"}


@pytest.mark.parametrize(
    "reason", [{"sticky": True}, {"stateful": True}, {"data_on": "n1"}, {"pinned": True, "runs_on": frozenset({"n1"})}]
)
def test_some_items_never_make_room(reason, node, app) -> None:
    items = [app("small", 1, **reason), app("large", 2, pinned=True, runs_on=frozenset({"n2"})), app("big", 3.5)]
    placement = place(items, crowded(node), current={"small": "n1", "large": "n2"})
    assert (placement.moved, set(placement.unplaced)) == ((), {"big"})


def test_new_items_are_packed_again_when_spreading_left_no_room(node, app, without_solver) -> None:
    """Spreading puts one 'half' on each node; only together do they leave a node free for 'wide'."""
    targets = [node("n1", 4, 40), node("n2", 4, 40)]
    items = [app("wide", 1, 35), app("tall1", 3, 4), app("tall2", 3, 4), app("half", 1, 30)]
    placement = place(items, targets)
    assert set(placement.assignments) == {"wide", "tall1", "tall2", "half"}


def test_a_failed_rearrangement_leaves_everything_as_it_was(node, app, without_solver) -> None:
    items = [app(f"a{number}", 1.25) for number in range(6)]
    placement = place([*items, app("huge", 9)], [node("n1", 4), node("n2", 4)])
    assert set(placement.unplaced) == {"huge"}
    assert placement.assignments == place(items, [node("n1", 4), node("n2", 4)]).assignments


@pytest.fixture
def puzzle(node, app):
    """Six items that fill two nodes exactly, in one way only; 5 + 5 against 4 + 3 + 3 and so on."""
    sizes = {"a": 6, "b": 5, "c": 5, "d": 4, "e": 3, "f": 3}
    return [app(name, size, cores=0) for name, size in sizes.items()], [node("n1", 13), node("n2", 13)]


def test_the_solver_finds_the_only_arrangement(puzzle) -> None:
    items, targets = puzzle
    placement = place(items, targets)
    assert (len(placement.assignments), placement.unplaced) == (6, {})


def test_the_solver_moves_as_little_data_as_possible_and_only_what_may_move(node, app) -> None:
    movable = {"stateful": True, "move": True}
    items = [
        app("light", 2, 5, data_on="n1", **movable),
        app("heavy", 2, 50, data_on="n1", **movable),
        app("fixed", 2, 1, data_on="n2", stateful=True),
        app("big", 4),
    ]
    current = {"light": "n1", "heavy": "n1", "fixed": "n2"}
    placement = place(items, [node("n1", 6), node("n2", 4.5)], current=current)
    assert [(move.item, move.target) for move in placement.moved] == [("light", "n2")]
    assert placement.explain("light").reason == "only a wider search found room for everything"


def test_the_solver_says_what_is_short_and_how_little_would_help(node, app) -> None:
    placement = place([app(f"a{number}", 3, 10) for number in range(3)], [node("n1", 5), node("n2", 4)])
    (left,) = placement.unplaced.values()
    assert left.infeasible is not None
    assert (left.infeasible.binding, left.infeasible.relief) == (("memory",), {"n1": {"memory": 2**30}})
    assert left.message == (
        "no arrangement has room for everything: there is too little RAM; enough would be 1.0 GiB more RAM on n1"
    )


def test_the_solver_says_when_room_is_not_what_is_missing(node, app) -> None:
    items = [app(name, 0.1, host_ports=frozenset({"443/tcp"})) for name in ("a", "b")]
    left = place(items, [node("n1")]).unplaced["b"]
    assert left.infeasible is not None
    assert (left.infeasible.binding, left.infeasible.relief) == ((), {})


def test_without_the_solver_a_leftover_says_how_to_get_it(node, app, without_solver) -> None:
    placement = place([app("a", 5)], [node("n1", 4)])
    assert placement.unplaced["a"].message == (
        "none of 1 nodes is possible: refused 1 by room; pip install 'kombify[solver]' to search all arrangements"
    )


def test_mode_optimal_without_the_solver_is_said(node, app, without_solver) -> None:
    placement = place([app("a")], [node("n1")], settings=Settings(mode="optimal"))
    assert (placement.assignments, placement.notes) == (
        {"a": "n1"},
        ("mode optimal was not used: pip install 'kombify[solver]' to search all arrangements",),
    )


def test_mode_optimal_makes_the_scores_of_all_new_items_best_together(node, app) -> None:
    """Largest first puts 'big' on the fast node and the two others besides; the solver spreads by size."""
    items = [app(f"a{number}", 1, 1) for number in range(8)]
    targets = [node(f"n{number}", 8, load=100) for number in range(4)]
    assignments = place(items, targets, settings=Settings(mode="optimal")).assignments
    assert sorted(assignments.values()) == sorted([f"n{number}" for number in range(4)] * 2)


def test_mode_optimal_packs_on_as_few_nodes_as_possible(node, app) -> None:
    items = [app(f"a{number}", size) for number, size in enumerate([5, 4, 3, 3, 3, 2])]
    targets = [node(f"n{number}", 10) for number in range(4)]
    assignments = place(items, targets, settings=Settings(mode="optimal", strategy="pack")).assignments
    assert len(set(assignments.values())) == 2


def test_mode_optimal_leaves_alone_what_has_a_place(node, app) -> None:
    items = [app(f"a{number}", 1) for number in range(4)]
    current = {item.name: "n1" for item in items}
    placement = place(items, [node("n1"), node("n2", 64)], current=current, settings=Settings(mode="optimal"))
    assert placement.moved == ()


CONSTRAINTS = [
    ("with", {"with_": Group(frozenset({"db"}))}, lambda here: here["a"] == here["db"]),
    ("apart", {"apart": Group(frozenset({"db"}))}, lambda here: here["a"] != here["db"]),
    ("ports", {"host_ports": frozenset({"443/tcp"})}, lambda here: here["a"] != here["port"]),
    ("spread", {"service": "db", "spread": Spread()}, lambda here: here["a"] != here["db"]),
    ("runs_on", {"runs_on": frozenset({"n2"})}, lambda here: here["a"] == "n2"),
]


@pytest.mark.parametrize(("name", "wish", "holds"), CONSTRAINTS, ids=[case[0] for case in CONSTRAINTS])
def test_the_solver_keeps_the_hard_constraints(name, wish, holds, node, app) -> None:
    items = [
        app("db", 1, spread=wish.get("spread")),
        app("port", 1, host_ports=frozenset({"443/tcp"})),
        app("a", 1, **wish),
        app("b", 2),
    ]
    targets = [node("n1", 8, cores=16), node("n2", 3)]
    placement = place(items, targets, settings=Settings(mode="optimal"))
    assert len(placement.assignments) == 4
    assert holds(placement.assignments)


def test_the_solver_keeps_the_n_plus_1_rule(node, app) -> None:
    items = [app(name, 3, cores=0) for name in "abcd"]
    targets = [node(f"n{number}", 7, cores=4) for number in range(3)]
    careful = place(items, targets, settings=Settings(mode="optimal", survive_one_node=True))
    used = list(careful.assignments.values())
    assert len(used) == 4
    left = place([*items, app("e", 3, cores=0)], targets, settings=Settings(survive_one_node=True)).unplaced["e"]
    assert "no room would be left to lose one node (RAM short by 1.0 GiB)" in left.nodes.values()


def test_the_solver_gives_the_same_answer_every_time(puzzle) -> None:
    items, targets = puzzle
    first = place(items, targets, settings=Settings(mode="optimal"))
    again = place(list(reversed(items)), list(reversed(targets)), settings=Settings(mode="optimal"))
    assert list(first.assignments.items()) == list(again.assignments.items())


def test_areas_that_nothing_joins_are_searched_apart(node, app) -> None:
    """A leftover at one site moves nothing at the other, however large the whole is."""
    sites = {site: frozenset({f"{site}1", f"{site}2"}) for site in ("x", "y")}
    targets = [node(name, 13) for names in sites.values() for name in sorted(names)]
    sizes = {"a": 6, "b": 5, "c": 5, "d": 4, "e": 3, "f": 3}
    items = [app(f"x-{name}", size, cores=0, runs_on=sites["x"]) for name, size in sizes.items()]
    other = [app(f"y-{number}", 3, cores=0, runs_on=sites["y"]) for number in range(3)]
    both, alone = place([*items, *other], targets), place(other, targets)
    assert len(both.assignments) == 9
    assert {name: both.assignments[name] for name in alone.assignments} == alone.assignments
