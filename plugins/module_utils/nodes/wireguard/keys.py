# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of links: made on the machine, and never leaving it. Only public keys are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard import files
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import read_text
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.peers import interface_name


class Answer(NamedTuple):
    """A program's end: its return code, output and complaints."""

    code: int
    output: str
    complaints: str


class Wg:
    """The program wg, as far as keys are concerned; keys go through pipes, never through arguments."""

    def __init__(self, run: "RunWithInput") -> None:
        self._run = run

    def make(self) -> str:
        """Return a new private key."""
        return self._answer(["wg", "genkey"], None)

    def public(self, private_key: str) -> str:
        """Return the public key of a private one."""
        return self._answer(["wg", "pubkey"], private_key)
