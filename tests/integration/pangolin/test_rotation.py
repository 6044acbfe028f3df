"""New keys come to all machines of a link together, or to none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Joined

PLAYBOOK = "kombify.stack.pangolin"
BROKEN_WG = """#!/bin/sh
test "$1" = syncconf && { echo "broken for a test" >&2; exit 1; }
exec /usr/bin/wg.real "$@"
"""


def new_keys(joined: Joined, before: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    return {place for place, key in joined.keys().items() if before[place] != key}


def test_a_word_brings_new_keys_once_and_no_private_key_leaves_its_machine(joined: Joined) -> None:
    before, private = joined.keys(), joined.private_keys()
    ran = joined.join("-vvv", "--diff", pangolin_rotate="word-1")
    assert ran.went_well(), ran.said
    assert new_keys(joined, before) == set(before)
    private |= joined.private_keys()
    assert len(private) == 2 * len(before)
    assert [key for key in private if key in ran.said] == []
    assert joined.silent() == set()
    assert set(joined.join(pangolin_rotate="word-1").changed.values()) == {0}
    assert set(joined.join().changed.values()) == {0}


def test_true_means_once_a_day(joined: Joined) -> None:
    before = joined.keys()
    assert joined.join(pangolin_rotate=True).went_well()
    assert new_keys(joined, before) == set(before)
    assert set(joined.join(pangolin_rotate=True).changed.values()) == {0}


def test_all_keep_their_keys_while_a_machine_is_away(joined: Joined) -> None:
    before = joined.keys()
    joined.site.lab.stop("db")
    joined.join(pangolin_rotate="word-2")
    assert joined.silent("gateway", "web") == set()
    joined.site.lab.start("db")
    joined.site.lab.wait("db")
    joined.site.until("db", "systemctl is-active wg-quick@wg-vpn", "active")
    assert new_keys(joined, before) == set()
    assert joined.silent() == set()
    assert joined.join(pangolin_rotate="word-2").went_well()
    assert new_keys(joined, before) == set(before)
    assert joined.silent() == set()


def test_a_machine_that_could_not_change_is_brought_along_by_the_next_run(joined: Joined) -> None:
    before = joined.keys()
    joined.site.look(
        "db", f"mv /usr/bin/wg /usr/bin/wg.real; printf '%s' '{BROKEN_WG}' >/usr/bin/wg; chmod 755 /usr/bin/wg"
    )
    ran = joined.join(pangolin_rotate="word-3")
    assert ran.failed["db"]
    assert "broken for a test" in ran.said
    joined.site.look("db", "mv /usr/bin/wg.real /usr/bin/wg")
    assert {place[0] for place in new_keys(joined, before)} == {"gateway", "web"}
    healed = joined.join()
    assert healed.went_well(), healed.said
    assert new_keys(joined, before) == set(before)
    assert joined.silent() == set()


@pytest.mark.parametrize("delay", [0.0, 0.4, 0.8])
def test_a_rotation_that_was_killed_is_brought_to_its_end(joined: Joined, delay: float) -> None:
    before = joined.keys()
    controller = joined.site.start(PLAYBOOK, pangolin_rotate=f"killed-{delay}")
    joined.site.until("web", "ls /etc/wireguard/*.next 2>/dev/null | wc -l", "2")
    time.sleep(delay)
    joined.site.kill(controller)
    ran = joined.join(pangolin_rotate=f"killed-{delay}")
    assert ran.went_well(), ran.said
    assert new_keys(joined, before) == set(before)
    assert joined.silent() == set()
