# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of links: made on the machine, and never leaving it. Only public keys are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard import files
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import read_text
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.peers import interface_name
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import (
    RunWithInput,
    make_key,
    public_key,
)

Keys = dict[str, str | None]


def make_keys(run: RunWithInput, links: Iterable[str], generation: str, check: bool) -> dict[str, Any]:
    """Make the keys that are missing or were made for another generation, and return the public keys by link.

    A new key only waits: it comes into use with the link's configuration, at the same time as those of the peers.
    """
    made = []
    keys: dict[str, Keys] = {}
    for link in links:
        keys[link], new = _keys_of(run, interface_name(link), generation, check)
        made += [link] if new else []
    return {"changed": bool(made), "made": made, "keys": keys}


def _keys_of(run: RunWithInput, interface: str, generation: str, check: bool) -> tuple[Keys, bool]:
    """Return the public keys of one link, and whether one was made for it."""
    written, waiting = read_text(files.read_conf(interface)), files.read_next(interface)
    if waiting == written.private_key:  # the last run came into use, and ended before it cleaned up
        waiting = ""
    outdated = written.private_key is None or (bool(generation) and generation != written.generation)
    new = outdated and not waiting
    if new and not check:
        waiting = make_key(run)
        files.write_private(files.next_path(interface), f"{waiting}\n")
    found: Keys = {
        "public": public_key(run, written.private_key) if written.private_key else None,
        "next": public_key(run, waiting) if waiting else None,
    }
    return found, new
