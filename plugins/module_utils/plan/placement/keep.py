# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keep pass: an item stays where it is as long as every hard constraint holds.

All items that may stay are put on the board first, then each is asked again with all others around it. So a
spread that was fair stays fair, and a big newcomer never pushes out small ones that are quietly at home.
The N+1 rule is not asked here: sending somebody away does not make more room.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import Filters
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import Rejection

Refusals = dict[str, tuple[str, Rejection]]
"""Why items have to leave the place they had: filter and reason."""

LATER = frozenset({"ports", "neighbours", "room", "survive"})
GONE = ("gone", Rejection({}, {}))


def keep(placer: Placer) -> Refusals:
    """Put every item that may stay on its present target; return why the others may not."""
    refusals: Refusals = {}
    for item in placer.question.items:
        if item.name in placer.question.current and item.name not in placer.board.place_of:
            _put_back(placer, item, refusals)
    while _leave_bad_company(placer, refusals) or _leave_full_targets(placer, refusals):
        pass
    return refusals


def _put_back(placer: Placer, item: Item, refusals: Refusals) -> None:
    number = placer.question.index.get(placer.question.current[item.name])
    refused = GONE if number is None else placer.filters.first(item, number, LATER)
    if refused is None and number is not None and not placer.board.known[number] and not item.pinned:
        refused = ("room", Rejection(item.requests.as_dict(), {"size": None}))
    if refused is None and number is not None:
        placer.put(item, number, "kept")
    elif refused is not None:
        refusals[item.name] = refused


def _leave_bad_company(placer: Placer, refusals: Refusals) -> bool:
    """Take away those whose ports or neighbours do not allow them to stay, the most easily moved first."""
    left = False
    for item in sorted(_kept(placer), key=lambda item: _ease(placer, item)):
        if not item.host_ports and not placer.neighbours.concern(item):
            continue
        number = placer.board.take(item)
        refused = _refused(placer.filters, placer, item, number)
        placer.board.put(item, number)
        if refused is not None:
            placer.take(item, "kept")
            refusals[item.name] = refused
            left = True
    return left


def _refused(filters: Filters, placer: Placer, item: Item, number: int) -> tuple[str, Rejection] | None:
    rejection = filters.ports(item, number)
    if rejection is not None:
        return "ports", rejection
    rejection = placer.neighbours.reject(item, number)
    return ("neighbours", rejection) if rejection is not None else None


def _leave_full_targets(placer: Placer, refusals: Refusals) -> bool:
    """Take items from targets that promise more than they have: as few as possible, the most easily moved."""
    crowds: dict[int, list[Item]] = {}
    for item in _kept(placer):
        crowds.setdefault(placer.board.place_of[item.name], []).append(item)
    left = False
    for number in sorted(crowds):
        crowd = crowds[number]
        while short := placer.board.short(number):
            leaver = _who_leaves(placer, crowd, short)
            if leaver is None:
                break
            crowd.remove(leaver)
            placer.take(leaver, "kept")
            rejection = placer.filters.room(leaver, number)
            refusals[leaver.name] = ("room", rejection or Rejection(leaver.requests.as_dict(), {}, short))
            left = True
    return left


def _who_leaves(placer: Placer, crowd: list[Item], short: Mapping[str, int]) -> Item | None:
    """Return of the most easily moved items the smallest whose going is enough; if none is, the largest."""
    helpful = [item for item in crowd if any(item.requests.of(name) for name in short)]
    if not helpful:
        return None
    easiest = min(_ease(placer, item)[:2] for item in helpful)
    ordered = sorted(
        (item for item in helpful if _ease(placer, item)[:2] == easiest), key=lambda item: _ease(placer, item)
    )
    enough = (item for item in ordered if all(item.requests.of(name) >= amount for name, amount in short.items()))
    return next(enough, ordered[-1])


def _kept(placer: Placer) -> list[Item]:
    return [item for item in placer.question.items if item.name in placer.board.place_of and not item.pinned]


def _ease(placer: Placer, item: Item) -> tuple[bool, bool, int]:
    """Sort by how easily an item moves: not sticky, without data, small."""
    return item.sticky, item.stateful, placer.question.shares[item.name]
