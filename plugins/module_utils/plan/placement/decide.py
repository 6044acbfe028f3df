# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placing: who is first, and what is done with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.keep import Refusals, keep
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Settings, Target
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.order import in_order
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question, ask
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.record import Record
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.repack import repack
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.result import Placement, answer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.room import make_room
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.search import Searched, search


def place(
    items: Iterable[Item],
    targets: Iterable[Target],
    *,
    current: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> Placement:
    """Choose a target for every item; ``current`` says where items are now.

    Raises BadQuestion when two items or two targets have one name, or an item requests less than nothing.
    """
    return solve(ask(items, targets, current, settings))


def solve(question: Question) -> Placement:
    """Answer a question: pinned items, then those that stay, then the rest from large to small, then leftovers."""
    placer = Placer(question)
    refusals: Refusals = {}
    for_others: dict[str, str] = {}
    order = in_order(placer)
    left = [item for item in order if item.pinned and not _settle(placer, item, refusals)]
    refusals.update(keep(placer))
    waiting = (item for item in order if not item.pinned and item.name not in placer.board.place_of)
    left += [item for item in waiting if not _settle(placer, item, refusals)]
    left = repack(placer, make_room(placer, left, for_others))
    optimal = question.settings.mode == "optimal"
    searched = search(placer, left, everything=optimal) if left or optimal else Searched({}, {})
    record = Record(question, tuple(placer.journal), refusals, for_others, searched.ends)
    return answer(record, searched.proofs)


def _settle(placer: Placer, item: Item, refusals: Refusals) -> bool:
    """Put an item where it is now if that is possible, else on its best target; tell whether there was any."""
    here = placer.question.index.get(placer.question.current.get(item.name, ""))
    if here is not None:
        refused = placer.filters.first(item, here, frozenset({"survive"}))
        if refused is None:
            placer.put(item, here, "kept")
            return True
        refusals.setdefault(item.name, refused)
    number = placer.choose(item)
    followers = placer.neighbours.followers(item) if number is None else []
    if followers:
        placer.neighbours.leave_behind(followers)
        number = placer.choose(item)
    if number is None:
        return False
    placer.put(item, number, "alone" if followers else "pinned" if item.pinned else "chosen")
    return True
