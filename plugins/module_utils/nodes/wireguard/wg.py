# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program wg. Private keys go through pipes, never through arguments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Protocol

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError


class RunWithInput(Protocol):
    """Run a program with `data` on its standard input; return its return code, output and complaints."""

    def __call__(self, command: Sequence[str], /, *, data: str | None = None) -> tuple[int, str, str]: ...


def run_program(command: Sequence[str], /, *, data: str | None = None) -> tuple[int, str, str]:
    """Run a program on the node.

    A missing program is an answer too: in check mode nothing is installed yet. So is one that ends before it has read
    its input, where Ansible's run_command knows a broken pipe and loses what the program said.
    """
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    environment = {**os.environ, "PATH": places, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            list(command), input=data, capture_output=True, text=True, errors="replace", check=False, env=environment
        )
    except FileNotFoundError:
        return 127, "", f"{command[0]} is not installed"
    return done.returncode, done.stdout, done.stderr


def make_key(run: RunWithInput) -> str:
    """Return a new private key."""
    return _answer(run, ["wg", "genkey"])


def public_key(run: RunWithInput, private_key: str) -> str:
    """Return the public key that belongs to a private one."""
    return _answer(run, ["wg", "pubkey"], private_key)


def set_live(run: RunWithInput, interface: str, text: str) -> None:
    """Change a running interface into what a configuration says, without breaking what stays the same."""
    _answer(run, ["wg", "syncconf", interface, "/dev/stdin"], text)


def _answer(run: RunWithInput, command: list[str], data: str | None = None) -> str:
    code, output, complaints = run(command, data=data)
    if code:
        raise NodeError(f"'{' '.join(command)}' failed: {complaints.strip() or f'return code {code}'}.")
    return output.strip()
