# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an item asks of a target alone: filters whose answer nothing on the board can change.

A filter returns None, or a :class:`Rejection` with what is needed and what is there. It writes no sentence:
messages.py does, and only for those that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Target
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question


class Rejection(NamedTuple):
    """Why a target is refused; ``short_by`` only for what has an amount."""

    needs: Mapping[str, object]
    has: Mapping[str, object]
    short_by: Mapping[str, int] = {}


Wish = Callable[[Item, Target], Rejection | None]


def runs_on(item: Item, target: Target) -> Rejection | None:
    """Ask whether the user named the target, or named it as one to leave out."""
    if item.runs_on is not None and target.name not in item.runs_on:
        return Rejection({"runs_on": sorted(item.runs_on)}, {})
    return Rejection({"not_on": sorted(item.not_on)}, {}) if target.name in item.not_on else None


def kind(item: Item, target: Target) -> Rejection | None:
    """Ask whether the kit can run on such a thing."""
    return None if target.kind in item.kinds else Rejection({"kind": sorted(item.kinds)}, {"kind": target.kind})


def arch(item: Item, target: Target) -> Rejection | None:
    """Ask for the architecture; one that nobody knows is not refused."""
    fits = not item.archs or target.arch is None or target.arch in item.archs
    return None if fits else Rejection({"arch": sorted(item.archs)}, {"arch": target.arch})


def devices(item: Item, target: Target) -> Rejection | None:
    """Ask for devices and labels."""
    missing = sorted(item.devices - target.devices)
    labels = {key: value for key, value in sorted(item.labels.items()) if target.labels.get(key) != value}
    needs: dict[str, object] = {"devices": missing} if missing else {}
    if labels:
        needs["labels"] = labels
    return Rejection(needs, {}) if needs else None


def taints(item: Item, target: Target) -> Rejection | None:
    """Ask whether the item tolerates what keeps others away."""
    unwanted = sorted(target.taints - item.tolerations)
    return Rejection({}, {"taints": unwanted}) if unwanted else None


def reach(item: Item, target: Target) -> Rejection | None:
    """Ask for a way to the sites that the item talks to, and for a public address if it needs one."""
    sites = sorted(item.needs_reach - target.reaches - {target.site})
    if sites:
        return Rejection({"sites": sites}, {"sites": sorted(target.reaches)})
    return Rejection({"address": "public"}, {}) if item.needs_public and not target.public else None


def data(item: Item, target: Target) -> Rejection | None:
    """Ask whether the item's data is here, unless it may move."""
    return None if item.home in (None, target.name) else Rejection({"data": item.home}, {})


GENERAL: tuple[Wish, ...] = (kind, arch, devices, taints, reach)


class Eligible:
    """The targets that each item could ever go to. Items with equal wishes share one answer."""

    def __init__(self, question: Question) -> None:
        """Remember the question; nothing is worked out before it is asked."""
        self._question = question
        self._general: dict[Hashable, tuple[int, ...]] = {}
        self._all: dict[Hashable, tuple[int, ...]] = {}

    def __call__(self, item: Item) -> tuple[int, ...]:
        """Return the numbers of the targets in service that pass every filter of this file."""
        wishes = _wishes(item)
        key = (wishes, item.runs_on, item.not_on, item.home)
        if key not in self._all:
            targets = self._question.targets
            self._all[key] = tuple(
                number
                for number in self._candidates(item, wishes)
                if runs_on(item, targets[number]) is None and data(item, targets[number]) is None
            )
        return self._all[key]

    def _candidates(self, item: Item, wishes: Hashable) -> tuple[int, ...]:
        if wishes not in self._general:
            self._general[wishes] = tuple(
                number
                for number, target in enumerate(self._question.targets)
                if target.state == "present"
                and (item.pinned or target.size is not None)
                and all(wish(item, target) is None for wish in GENERAL)
            )
        return self._general[wishes]


def _wishes(item: Item) -> Hashable:
    labels = tuple(sorted(item.labels.items()))
    asks = (item.kinds, item.archs, item.devices, labels, item.tolerations, item.needs_reach)
    return (*asks, item.needs_public, item.pinned)
