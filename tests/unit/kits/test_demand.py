"""What an instance takes, with and without the parts that it brings itself."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.demand import demand
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit

MIB = 2**20


def kit(name: str) -> Kit:
    found = Catalogue().get(name)
    assert found is not None
    return found


def test_a_shared_database_is_not_counted() -> None:
    penpot = kit("penpot")
    alone = demand(penpot)
    assert alone.memory == penpot.resources.memory.request
    assert set(alone.volumes) == {"data"}


def test_what_is_bundled_is_added() -> None:
    penpot = kit("penpot")
    whole = demand(penpot, bundled=["db", "cache"])
    assert whole.memory == penpot.resources.memory.request + (192 + 32) * MIB
    assert whole.cpu == penpot.resources.cpu.request + 50 + 25
    assert set(whole.volumes) == {"data", "db"}
    assert whole.storage == sum(volume.size for volume in whole.volumes.values())


def test_users_add_memory() -> None:
    nextcloud = kit("nextcloud")
    assert demand(nextcloud, users=10).memory - demand(nextcloud).memory == 10 * 10 * MIB


def test_limits_add_up() -> None:
    immich = kit("immich")
    assert demand(immich, bundled={"db"}).memory_limit == (6 + 2) * 1024 * MIB


def test_a_part_without_a_limit_leaves_the_whole_without() -> None:
    namespaces = kit("namespaces")
    assert demand(namespaces).memory_limit is None
    assert demand(namespaces).cpu_limit is None
