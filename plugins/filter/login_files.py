# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter P(kombify.stack.login_files#filter); its documentation is login_files.yml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

File = dict[str, Any]


def login_files(users: Sequence[Mapping[str, Any]]) -> list[File]:
    """Return the files that decide how users log in and whether they may become root."""
    return [file for user in users for file in (*_keys(user), *_sudo(user))]


def _keys(user: Mapping[str, Any]) -> Iterator[File]:
    name, keys = user["name"], user.get("keys")
    if keys is None or user.get("state") == "absent":
        return
    home = user.get("home") or ("/root" if name == "root" else f"/home/{name}")
    yield {
        "path": f"{home}/.ssh/authorized_keys",
        "content": "".join(f"{key.strip()}\n" for key in keys),
        "owner": name,
        "group": name,
        "mode": "0600",
        "folder_mode": "0700",
    }


def _sudo(user: Mapping[str, Any]) -> Iterator[File]:
    name = user["name"]
    path = f"/etc/sudoers.d/50-kombify-{name.replace('.', '-')}"
    if user.get("state") == "absent" or user.get("sudo") is False:
        yield {"path": path, "state": "absent"}
    elif user.get("sudo"):
        yield {
            "path": path,
            "content": f"{name} ALL=(ALL:ALL) NOPASSWD: ALL\n",
            "mode": "0440",
            "validate": "/usr/sbin/visudo --check --file %s",
        }


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"login_files": login_files}
