# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up homelabs for measuring placement: mixed machines, and what the kits of this repository ask for.

Every kit says in its kit.yaml where its figures come from. Kits that ask for more than the smallest machine has are
drawn like the others: that is what a mixed stack has to cope with.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.demand import demand
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Amounts, Item, Target

MIB, GIB = 2**20, 2**30
# Memory and disk in GiB, cores: single-board computers, mini PCs, old desktops, a NAS, a server.
MACHINES = ((4, 64, 4), (8, 256, 4), (16, 512, 6), (16, 4000, 4), (32, 1000, 8), (64, 2000, 16))


@cache
def requests() -> tuple[tuple[Amounts, bool], ...]:
    """Return what each kit asks for, and whether it keeps data."""
    catalogue = Catalogue({"builtin": BUILTIN})
    kits = [kit for name in catalogue.names() if (kit := catalogue.get(name)) is not None]
    needs = [(demand(kit), kit.stateful) for kit in kits]
    return tuple(
        (Amounts(one.memory, sum(volume.size for volume in one.volumes.values()), one.cpu), data)
        for one, data in needs
        if one.memory
    )


def machines(count: int, chance: random.Random) -> list[Target]:
    """Return machines less the usual reserve: 512 MiB or 5 % of memory, 10 % of disk. CPU counts four times."""
    found = []
    for number in range(count):
        memory, disk, cores = chance.choice(MACHINES)
        reserve = max(512 * MIB, memory * GIB // 20)
        found.append(
            Target(
                f"n{number + 1}",
                allocatable=Amounts(memory * GIB - reserve, disk * GIB * 9 // 10, cores * 4000),
                capability=cores * chance.choice([700, 1000, 1300]),
                load=chance.randint(20, 400),
                reliability=chance.randint(970, 1000),
            )
        )
    return found


def homelab(nodes: int, fill: float, seed: int) -> tuple[list[Item], list[Target]]:
    """Return machines, and items that ask for this share of all memory and at most this share of all storage."""
    chance = random.Random(f"{nodes} {fill} {seed}")
    targets = machines(nodes, chance)
    sizes = [target.allocatable for target in targets if target.allocatable is not None]
    memory, storage = sum(one.memory for one in sizes) * fill, sum(one.storage for one in sizes) * fill
    largest = max(one.memory for one in sizes)
    items: list[Item] = []
    for number in range(100_000):
        need, data = chance.choice(requests())
        if need.memory > memory:
            break
        if need.memory <= largest and need.storage <= storage:
            memory, storage = memory - need.memory, storage - need.storage
            items.append(Item(f"i{number}", f"i{number}", need, stateless=not data, data=need.storage if data else 0))
    return items, targets


def many(nodes: int, items: int, *, different: bool) -> tuple[list[Item], list[Target]]:
    """Return a large stack, of a few sizes of machines or of as many sizes as machines."""
    chance = random.Random(nodes)
    targets = machines(nodes, chance)
    if different:
        targets = [_odd(target, chance) for target in targets]
    drawn = [chance.choice(requests())[0] for _ in range(items)]
    return [Item(f"i{number}", f"i{number}", need) for number, need in enumerate(drawn)], targets


def _odd(target: Target, chance: random.Random) -> Target:
    size = target.allocatable or Amounts()
    memory, storage = size.memory - chance.randrange(GIB), size.storage - chance.randrange(GIB)
    return replace(target, allocatable=Amounts(memory, storage, size.cpu))


def noisy(targets: list[Target], seed: int) -> list[Target]:
    """Return the machines with loads that changed by up to 0.1."""
    chance = random.Random(seed)
    loads = [min(1000, max(0, (target.load or 0) + chance.randint(-100, 100))) for target in targets]
    return [replace(target, load=load) for target, load in zip(targets, loads, strict=True)]
