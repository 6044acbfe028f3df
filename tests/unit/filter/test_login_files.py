"""From the users of the role prepare to the files that let them in."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.filter.login_files import login_files


def keys(path: str, content: str, name: str = "ada") -> dict[str, Any]:
    who = {"owner": name, "group": name, "mode": "0600", "folder_mode": "0700"}
    return {"path": path, "content": content} | who


SUDO = {"path": "/etc/sudoers.d/50-kombify-ada", "content": "ada ALL=(ALL:ALL) NOPASSWD: ALL\n", "mode": "0440"}
NO_SUDO = {"path": "/etc/sudoers.d/50-kombify-ada", "state": "absent"}


@pytest.mark.parametrize(
    ("user", "files"),
    [
        ({}, []),
        ({"keys": ["k1 ", "k2"]}, [keys("/home/ada/.ssh/authorized_keys", "k1\nk2\n")]),
        ({"keys": []}, [keys("/home/ada/.ssh/authorized_keys", "")]),
        ({"keys": ["k"], "home": "/srv/ada"}, [keys("/srv/ada/.ssh/authorized_keys", "k\n")]),
        ({"keys": ["k"], "name": "root"}, [keys("/root/.ssh/authorized_keys", "k\n", "root")]),
        ({"sudo": True}, [SUDO | {"validate": "/usr/sbin/visudo --check --file %s"}]),
        ({"sudo": False}, [NO_SUDO]),
        ({"sudo": True, "keys": ["k"], "state": "absent"}, [NO_SUDO]),
    ],
    ids=["nothing said", "keys", "no keys", "another home", "root", "sudo", "no sudo", "removed"],
)
def test_a_user_becomes_files(user: dict[str, Any], files: list[dict[str, Any]]) -> None:
    assert login_files([{"name": "ada"} | user]) == files


def test_sudo_reads_the_file_of_a_name_with_a_dot() -> None:
    """It ignores files in sudoers.d that have a dot in their name."""
    assert login_files([{"name": "ada.l", "sudo": True}])[0]["path"] == "/etc/sudoers.d/50-kombify-ada-l"
