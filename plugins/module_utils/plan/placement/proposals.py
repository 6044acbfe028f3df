# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebalancing: moves worth making, proposed and never made without approval."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.areas import free_to_move
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.result import Placement


@dataclass(frozen=True, slots=True)
class Proposal:
    """A move and what it gains, in thousandths of a point; ``data`` in bytes takes about ``seconds`` to copy."""

    item: str
    source: str
    target: str
    gain: int
    data: int
    seconds: int


def rebalance(placement: Placement) -> tuple[Proposal, ...]:
    """Return at most ``max_moves`` moves of at least ``margin`` points each, those without data first.

    Each is worked out as if the ones before it had been made.
    """
    settings = placement.question.settings
    placer = placement.record.around()
    proposals: list[Proposal] = []
    while len(proposals) < settings.max_moves:
        done = {proposal.item for proposal in proposals}
        found = _best(placer, done, stateful=False) or _best(placer, done, stateful=True)
        if found is None:
            break
        proposals.append(found)
    return tuple(proposals)


def _best(placer: Placer, done: set[str], *, stateful: bool) -> Proposal | None:
    """Return the move that gains most and make it on the board; None when none is worth it."""
    best: tuple[int, Item, int, int] | None = None
    for item in placer.question.items:
        asked = item.stateful is stateful and item.name in placer.board.place_of and item.name not in done
        if asked and not item.sticky and free_to_move(placer, item):
            gain, source, target = _gain(placer, item)
            if gain >= placer.question.settings.margin * 1000 and gain > 0 and (best is None or gain > best[0]):
                best = gain, item, source, target
    if best is None:
        return None
    gain, item, source, target = best
    placer.board.take(item)
    placer.board.put(item, target)
    data = item.requests.storage if stateful else 0
    names = [placer.question.targets[number].name for number in (source, target)]
    return Proposal(item.name, names[0], names[1], gain, data, -(-data // placer.question.settings.transfer))


def _gain(placer: Placer, item: Item) -> tuple[int, int, int]:
    """Return how much better the best target is than the present one, and both; the board stays as it is."""
    source = placer.board.take(item)
    target = placer.choose(item)
    gain = 0 if target is None else placer.points(item, target) - placer.points(item, source)
    placer.board.put(item, source)
    return gain, source, source if target is None else target
