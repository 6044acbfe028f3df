# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is placed before whom."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.neighbours import anchors
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer


def in_order(placer: Placer) -> list[Item]:
    """Return the items as they are placed: by round, large before small, those that lead before those that follow."""
    shares = placer.question.shares
    ranked = sorted(placer.question.items, key=lambda item: (item.round, -shares[item.name]))
    if not any(map(anchors, ranked)):
        return ranked
    found: dict[str, Item] = {}
    for item in ranked:
        _lead(placer, item, found, set())
    return list(found.values())


def _lead(placer: Placer, item: Item, found: dict[str, Item], visiting: set[str]) -> None:
    if item.name in found or item.name in visiting:
        return
    visiting.add(item.name)
    for service in sorted(anchors(item)):
        for leader in placer.neighbours.instances(service):
            _lead(placer, leader, found, visiting)
    found[item.name] = item
