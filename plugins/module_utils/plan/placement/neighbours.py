# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What items ask of each other: to stand together, apart, or spread over failure domains.

Apart works both ways. A strict *with* makes its item a follower: where a service of one instance goes, there has to
be room for its followers too, and they are placed after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import Amounts, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Domain, Item, Spread
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import Eligible, Rejection

WITH_POINTS = 5000
APART_POINTS = -5000

Apart = Mapping[str, frozenset[str]]


def anchors(item: Item) -> frozenset[str]:
    """Return the services that an item has to stand with."""
    return item.with_.services - {item.service} if item.with_ and item.with_.strict else frozenset()


def _apart(items: Iterable[Item], *, strict: bool) -> Apart:
    """Return for each service those that must (or should) not be where it is, in both directions."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        for service in item.apart.services if item.apart and item.apart.strict is strict else ():
            found[item.service].add(service)
            found[service].add(item.service)
    return {service: frozenset(others) for service, others in found.items()}


class Neighbours:
    """The relations between the items of one question, asked against one board."""

    def __init__(self, board: Board, eligible: Eligible) -> None:
        """Find out who follows whom, and who keeps away from whom."""
        self._board = board
        self._eligible = eligible
        self._left_behind: set[str] = set()
        items = board.question.items
        self._services: defaultdict[str, list[Item]] = defaultdict(list)
        self._followers: defaultdict[str, list[Item]] = defaultdict(list)
        for item in items:
            self._services[item.service].append(item)
            for service in sorted(anchors(item)):
                self._followers[service].append(item)
        self._apart = _apart(items, strict=True)
        self._rather_apart = _apart(items, strict=False)
        self._domains: dict[tuple[Domain, tuple[int, ...]], frozenset[str]] = {}
        self._counted: tuple[tuple[str, int], dict[str, int]] = (("", -1), {})

    def concern(self, item: Item) -> bool:
        """Tell whether other items can make a target impossible for this one."""
        return bool(
            anchors(item)
            or item.service in self._apart
            or (item.spread is not None and item.spread.strict)
            or self._led_by(item)
        )

    def apart_from(self, item: Item) -> frozenset[str]:
        """Return the services that must not be where an item is."""
        return self._apart.get(item.service, frozenset())

    def instances(self, service: str) -> list[Item]:
        """Return the items of a service."""
        return self._services.get(service, [])

    def _led_by(self, item: Item) -> list[Item]:
        alone = len(self.instances(item.service)) == 1
        return self._followers.get(item.service, []) if alone else []

    def followers(self, item: Item) -> list[Item]:
        """Return the items that still have to go where this one goes, also the followers of followers."""
        found: dict[str, Item] = {}
        waiting = list(self._led_by(item))
        while waiting:
            follower = waiting.pop()
            taken = follower.name in self._board.place_of or follower.name in self._left_behind
            if follower.name not in found and follower.name != item.name and not taken:
                found[follower.name] = follower
                waiting += self._led_by(follower)
        return [found[name] for name in sorted(found)]

    def leave_behind(self, followers: Iterable[Item]) -> None:
        """Stop looking for places that have room for these followers as well."""
        self._left_behind.update(follower.name for follower in followers)

    def demand(self, item: Item) -> Amounts:
        """Return what a target needs to have free: for the item and those that have to follow it."""
        followers = self.followers(item) if item.service in self._followers else []
        return total([item.requests, *(follower.requests for follower in followers)]) if followers else item.requests

    def reject(self, item: Item, number: int) -> Rejection | None:
        """Ask the strict relations of an item that is not on the board."""
        place_of = self._board.place_of
        for service in sorted(anchors(item)):
            if not self._beside(item, service, number):
                return Rejection({"with": [service]}, {})
        for follower in self._led_by(item):
            if place_of.get(follower.name, number) != number:
                return Rejection({"with": [follower.service]}, {})
        others = self.apart_from(item)
        here = sorted(service for service in others if number in self._board.where(service))
        if here:
            return Rejection({"apart": here}, {})
        return self._skewed(item, item.spread, number) if item.spread is not None and item.spread.strict else None

    def _beside(self, item: Item, service: str, number: int) -> bool:
        where = self._board.where(service)
        if where or not self.instances(service):
            return number in where or not self.instances(service)
        return item.pinned or self._leads_to(service, item.service)

    def _leads_to(self, service: str, wanted: str) -> bool:
        """Tell whether ``service`` itself has to stand with ``wanted``; then one of the two has to come first."""
        seen: set[str] = set()
        waiting = [service]
        while waiting:
            found = waiting.pop()
            if found == wanted:
                return True
            if found not in seen:
                seen.add(found)
                waiting += [name for item in self.instances(found) for name in anchors(item)]
        return False

    def _skewed(self, item: Item, spread: Spread, number: int) -> Rejection | None:
        counts = self._counts(item, spread.over)
        domain = self._board.question.targets[number].domain(spread.over)
        least = min(counts[name] for name in self._reachable(item, spread.over) | {domain})
        skew = counts[domain] + 1 - least
        if skew <= spread.max_skew:
            return None
        needs = {"spread": spread.over, "max_skew": spread.max_skew}
        return Rejection(needs, {spread.over: domain, "skew": skew})

    def _counts(self, item: Item, over: Domain) -> dict[str, int]:
        """Return how many instances each domain holds; worked out once for all targets that an item tries."""
        moment = (f"{over} {item.service}", len(self._board.log))
        if self._counted[0] != moment:
            targets = self._board.question.targets
            counts: defaultdict[str, int] = defaultdict(int)
            for number, count in self._board.where(item.service).items():
                counts[targets[number].domain(over)] += count
            self._counted = (moment, counts)
        return self._counted[1]

    def _reachable(self, item: Item, over: Domain) -> frozenset[str]:
        key = (over, self._eligible(item))
        if key not in self._domains:
            targets = self._board.question.targets
            self._domains[key] = frozenset(targets[number].domain(over) for number in key[1])
        return self._domains[key]

    def prefers(self, item: Item) -> bool:
        """Tell whether others change an item's score."""
        soft_with = item.with_ is not None and not item.with_.strict
        soft_spread = item.spread is not None and not item.spread.strict
        return soft_with or soft_spread or item.service in self._rather_apart

    def most_points(self, item: Item) -> int:
        """Return the most that company can add to a score."""
        return WITH_POINTS * len(item.with_.services) if item.with_ and not item.with_.strict else 0

    def soft(self, item: Item, number: int) -> Iterator[tuple[str, str, int]]:
        """Return the soft terms that apply: term, what it is about, thousandths of a point."""
        wanted = item.with_.services if item.with_ and not item.with_.strict else frozenset()
        for service in sorted(wanted - {item.service}):
            if number in self._board.where(service):
                yield "with", service, WITH_POINTS
        for service in sorted(self._rather_apart.get(item.service, ())):
            count = self._board.where(service).get(number, 0)
            if count:
                yield "apart", service, APART_POINTS * count
        if item.spread is not None and not item.spread.strict:
            domain = self._board.question.targets[number].domain(item.spread.over)
            count = self._counts(item, item.spread.over).get(domain, 0)
            if count:
                yield "spread", domain, APART_POINTS * count
