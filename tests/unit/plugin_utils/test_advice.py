"""Failures in the words of the programs that report them, and what people read instead."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.plugin_utils.advice import advise

SSH = "Task failed: Failed to connect to the host via ssh: "
CASES = {
    "a key that the machine does not know": (
        {"unreachable": True, "msg": f"{SSH}kombify@10.77.0.11: Permission denied (publickey)."},
        "nas refuses our SSH key",
        "ssh-copy-id",
    ),
    "another host key": (
        {"unreachable": True, "msg": f"{SSH}@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key for x"},
        "nas shows another SSH host key than the one that is known",
        "ssh-keygen -R",
    ),
    "a key file that others may read": (
        {
            "unreachable": True,
            "msg": f"{SSH}WARNING: UNPROTECTED PRIVATE KEY FILE!\nroot@x: Permission denied (publickey)",
        },
        "our SSH key cannot be used",
        "chmod 600",
    ),
    "a machine that is off": (
        {"unreachable": True, "msg": f"{SSH}ssh: connect to host 10.77.0.11 port 22: No route to host"},
        "nas does not answer: it is powered off, or its network is cut",
        "Power it on",
    ),
    "a machine that went off in mid-task": (
        {
            "unreachable": True,
            "msg": 'Task failed: Data could not be sent to remote host "x". Make sure this host can '
            "be reached over ssh: mux_client_read_packet: read header failed: Broken pipe",
        },
        "nas does not answer: it is powered off, or its network is cut",
        "Power it on",
    ),
    "a machine that cannot be reached in a way of its own": (
        {"unreachable": True, "msg": f"{SSH}proxy dialer did not pass back a connection"},
        "nas does not answer: it is powered off, or its network is cut",
        "Power it on",
    ),
    "no SSH server": (
        {"unreachable": True, "msg": f"{SSH}ssh: connect to host 10.77.0.11 port 22: Connection refused"},
        "nas is there, but nothing listens for SSH",
        "Start its SSH server",
    ),
    "a name that nobody knows": (
        {"unreachable": True, "msg": f"{SSH}ssh: Could not resolve hostname nas.lan: Name or service not known"},
        "the name nas.lan of nas is not known",
        "DNS",
    ),
    "a full disk": (
        {"msg": "Unable to write: [Errno 28] No space left on device: '/etc/x'"},
        "the disk of nas is full",
        "Make room",
    ),
    "a full disk, said by apt": (
        {
            "msg": "'apt-get install x' failed: E: You don't have enough free space in /var/cache/apt/archives/.",
            "rc": 100,
        },
        "the disk of nas is full",
        "Make room",
    ),
    "a full disk, said by a program in a loop": (
        {
            "msg": "One or more items failed",
            "results": [{"failed": False}, {"failed": True, "stderr": "cp: No space left on device"}],
        },
        "the disk of nas is full",
        "Make room",
    ),
    "packages out of reach": (
        {
            "msg": "Failed to update apt cache after 5 retries: W:Failed to fetch http://deb.example/dists/trixie/InRelease"
        },
        "nas cannot reach its package servers",
        "apt-get update",
    ),
    "packages without DNS": (
        {"msg": "E: Failed to fetch http://deb.example/x.deb  Temporary failure resolving 'deb.example'"},
        "nas cannot reach its package servers",
        "DNS",
    ),
    "packages locked": (
        {"msg": "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)"},
        "another program on nas installs packages just now",
        "unattended upgrades",
    ),
    "an interrupted installation": (
        {"msg": "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."},
        "an installation of packages on nas was cut off",
        "dpkg --configure -a",
    ),
    "sudo with a password": (
        {"msg": "Task failed: Missing sudo password"},
        "nas wants a password for sudo",
        "ANSIBLE_BECOME_PASSWORD_FILE",
    ),
    "no Python": (
        {"msg": "MODULE FAILURE", "module_stderr": "/bin/sh: 1: /usr/bin/python3: not found", "rc": 127},
        "nas has no Python",
        "apt-get install python3",
    ),
    "an address that is taken": (
        {"msg": "192.168.1.10 is taken: another machine answers there"},
        "the address 192.168.1.10 is taken by another machine",
        "Choose another address",
    ),
    "a clock that is wrong": (
        {"msg": "E: Release file for http://deb.example/InRelease is not valid yet (invalid for another 2h 3min)."},
        "the clock of nas is wrong",
        "timedatectl",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_known_failure_is_explained_with_what_to_do(case: tuple[dict[str, Any], str, str]) -> None:
    result, what, hint = case
    advice = advise("nas", result)
    assert advice.what == what
    assert hint in advice.advice


MESSAGES = {
    "a message": ({"msg": "Set storage.class."}, "Set storage.class."),
    "what Ansible writes in front is left out": ({"msg": "Task failed: Module failed: no such zone"}, "no such zone"),
    "the last words of a program": (
        {"msg": "non-zero return code", "rc": 2, "stderr": "one\ntwo\nthree\nfour\n"},
        "two three four",
    ),
    "a program without a word": (
        {"msg": "non-zero return code", "rc": 3, "stderr": ""},
        "it ended with exit code 3 without a word",
    ),
    "the first item of a loop that failed": (
        {
            "msg": "One or more items failed",
            "results": [{"failed": True, "_ansible_item_label": "eth0", "msg": "is gone"}],
        },
        "eth0: is gone",
    ),
    "a secret result": (
        {"censored": "the output has been hidden"},
        "what it said is hidden, because it may hold secrets",
    ),
    "a very long one is cut": ({"msg": "x" * 1000}, "x" * 600 + "…"),
}


@pytest.mark.parametrize("case", MESSAGES.values(), ids=MESSAGES)
def test_an_unknown_failure_speaks_for_itself(case: tuple[dict[str, Any], str]) -> None:
    result, what = case
    assert advise("nas", result) == (what, "", what)


def test_braces_in_a_message_are_only_text() -> None:
    assert advise("nas", {"msg": "{oops} No space left on device {0}"}).message == "{oops} No space left on device {0}"


def test_what_a_role_says_itself_is_not_explained_by_something_else() -> None:
    said = "web: no space left on device /dev/sda1. Make some."
    assert advise("web", {"msg": said}, "ansible.builtin.fail") == (said, "", said)
