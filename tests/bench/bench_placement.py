# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placement: how fast it is, how many stacks it places in full, and what it moves without need."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import harness
import homelabs
import packers

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import exact
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Settings,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

# CPU only counts in the score, as in a spec that says nothing about over-commitment. No help from the solver.
ALONE = Settings(unlimited=frozenset({"cpu"}), exact=False)
FILLS = (0.60, 0.70, 0.85, 0.93, 0.97)
SEEDS = {3: 40, 5: 40, 10: 20, 20: 10}  # nodes -> seeds 0, 1, 2, … of each fill

Case = tuple[list[Item], list[Target]]
Places = Mapping[str, str]


def speed() -> str:
    """Compare with first-fit decreasing, which only looks for the first machine with room."""
    rows = []
    for name, (items, targets) in {
        "25 machines, 100 items": homelabs.many(25, 100, different=True),
        "1,000 machines of 6 sizes, 5,000 items": homelabs.many(1000, 5000, different=False),
        "1,000 machines of 1,000 sizes, 5,000 items": homelabs.many(1000, 5000, different=True),
    }.items():
        runs = 20 if len(items) < 1000 else 3
        pair = harness.in_turn(
            lambda items=items, targets=targets: place(items, targets, settings=ALONE),
            lambda items=items, targets=targets: packers.first_fit(items, targets, ALONE),
            runs,
        )
        current = place(items, targets, settings=ALONE).assignments
        again = harness.best(
            lambda items=items, targets=targets, current=current: place(
                items, targets, current=current, settings=ALONE
            ),
            runs,
        )
        ours, theirs = pair.medians
        rows.append([name, f"{ours:.3f}", f"{theirs:.3f}", f"{pair.ratio:.2f}", f"{again:.3f}"])
    header = ["stack", "new (s)", "first-fit decreasing (s)", "ratio", "again, nothing changed (s)"]
    return harness.table(header, rows)


def quality() -> str:
    """Compare with the classic packers, on stacks of which a full placement is known."""
    rows = [_quality(nodes, fill, seeds) for nodes, seeds in SEEDS.items() for fill in FILLS]
    header = ["machines", "full", "items", "stacks", "ours", "first-fit decr.", "best-fit decr.", "fullest: ours"]
    return harness.table([*header, "first-fit", "best-fit"], rows)


def _quality(nodes: int, fill: float, seeds: int) -> list[str]:
    full, fullest, sizes, open_ = [0, 0, 0], ([], [], []), [], 0
    ways = (_ours, packers.first_fit, packers.best_fit)
    for seed in range(seeds):
        items, targets = homelabs.homelab(nodes, fill, seed)
        found = [way(items, targets, ALONE) for way in ways]
        possible = True if any(len(places) == len(items) for places in found) else _possible(items, targets, found[0])
        open_ += possible is None
        if possible:
            sizes.append(len(items))
            for number, places in enumerate(found):
                full[number] += len(places) == len(items)
                fullest[number].append(_fullest(items, targets, places))
    stacks = f"{len(sizes)} of {seeds}" + (f" ({open_} undecided)" if open_ else "")
    shares = [f"{100 * count / max(1, len(sizes)):.0f} %" for count in full]
    return [
        *(f"{nodes}", f"{fill:.0%}".replace("%", " %"), f"{statistics.mean(sizes):.0f}", stacks, *shares),
        *(f"{statistics.mean(values):.0f} %" for values in fullest),
    ]


def _ours(items: Sequence[Item], targets: Sequence[Target], settings: Settings) -> Places:
    return place(items, targets, settings=settings).assignments


def _possible(items: list[Item], targets: list[Target], places: Places) -> bool | None:
    """Ask CP-SAT whether everything fits; None when it finds no answer within its limit."""
    board = Board(targets, ALONE)
    allowed = {
        item.name: [name for name, slot in board.slots.items() if _fits(item, slot.allocatable)] for item in items
    }
    if not all(allowed.values()):
        return False
    model = exact.Model({item.name: item for item in items}, allowed, board, {})
    model.require(model.weighted(dict.fromkeys(model.variables, 1)) >= len(items))
    if model.maximise(0, places) is not None:
        return True
    return False if model.proved else None


def _fits(item: Item, size: Amounts) -> bool:
    return item.requests.memory <= size.memory and item.requests.storage <= size.storage


def _fullest(items: list[Item], targets: list[Target], places: Places) -> float:
    """Return how full the memory of the fullest machine is, in percent."""
    used = dict.fromkeys([target.name for target in targets], 0)
    for item in items:
        if item.name in places:
            used[places[item.name]] += item.requests.memory
    return max(100 * used[target.name] / target.allocatable.memory for target in targets if target.allocatable)


def churn() -> str:
    """Compare with placing everything anew, and with first-fit decreasing; both remember nothing."""
    events = {"loads change by 0.1": _noise, "one item more": _one_more, "a machine lost": _lost}
    rows = [_churn(fill, event, change) for fill in (0.60, 0.80) for event, change in events.items()]
    header = ["full", "event", "items", "ours", "to make room", "ours without memory", "first-fit decreasing"]
    return harness.table(header, rows)


def _churn(fill: float, event: str, change: Callable[[list[Item], list[Target], int], Case]) -> list[str]:
    total, room, moved = 0, 0, [0, 0, 0]
    for seed in range(30):
        items, targets = homelabs.homelab(10, fill, seed)
        before, packed = _ours(items, targets, ALONE), packers.first_fit(items, targets, ALONE)
        after_items, after_targets = change(items, targets, seed)
        kept = place(after_items, after_targets, current=before, settings=ALONE)
        gave_way = [name for name in kept.moved if kept.reasons[name].startswith("made room")]
        total, room = total + len(items), room + len(gave_way)
        moved[0] += _needless(before, kept.assignments, after_targets) - len(gave_way)
        moved[1] += _needless(before, _ours(after_items, after_targets, ALONE), after_targets)
        moved[2] += _needless(packed, packers.first_fit(after_items, after_targets, ALONE), after_targets)
    ours, anew, first = (f"{count:,}" for count in moved)
    return [f"{fill:.0%}".replace("%", " %"), event, f"{total:,}", ours, f"{room}", anew, first]


def _noise(items: list[Item], targets: list[Target], seed: int) -> Case:
    return items, homelabs.noisy(targets, seed)


def _one_more(items: list[Item], targets: list[Target], seed: int) -> Case:
    return [replace(items[seed], name="new", service="new"), *items], targets


def _lost(items: list[Item], targets: list[Target], seed: int) -> Case:
    gone = seed % len(targets)
    return items, targets[:gone] + targets[gone + 1 :]


def _needless(before: Places, after: Places, targets: list[Target]) -> int:
    """Count the items that are elsewhere, or nowhere, though their machine is still there."""
    there = {target.name for target in targets}
    return sum(after.get(name) != target for name, target in before.items() if target in there)


def main() -> None:
    """Measure and report."""
    harness.report(
        "placement",
        "Placement",
        f"""\
### Speed

First-fit decreasing is written plainly here: it asks the same filters of every machine for every item.

{speed()}

### How many stacks are placed in full

Mixed machines of 4 to 64 GiB; what is placed asks for what the kits of this repository ask for, until memory is as full
as said (and storage at most so full). Counted are stacks for which a full placement is known, from the exact solver or
from anybody here; ours works without the solver. "Fullest" is the memory of the fullest machine, on average.

{quality()}

### Items that move without need

30 stacks of 10 machines each. Counted are items that are elsewhere after an event though their machine is still there;
apart from them those that made room for an item that would have fitted nowhere.

{churn()}""",
    )


if __name__ == "__main__":
    main()
