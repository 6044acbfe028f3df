# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on machines, known by what programs say about it, and what helps."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A cause: the regular expression of its traces, and in words what happened and what to do about it.

    ``{host}`` is the machine; a group of the expression with a name may be used too.
    """

    traces: str
    what: str
    advice: str


RULES = (
    Rule(
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No \S+ host key is known",
        "{host} shows another SSH host key than the one that is known",
        "If it was installed anew, forget the old key (ssh-keygen -R ADDRESS) and run again. If not, somebody may be "
        "listening: find out first.",
    ),
    Rule(
        r"UNPROTECTED PRIVATE KEY FILE|Load key .*(invalid format|error in libcrypto|bad permissions)",
        "our SSH key cannot be used",
        "Look at the key file that the message below names; others may not read it (chmod 600).",
    ),
    Rule(
        r"Permission denied \((?P<ways>[^)]*)\)|Too many authentication failures|Authentication failed",
        "{host} refuses our SSH key",
        "Put your public key there (ssh-copy-id USER@ADDRESS), or name the right user (user: in the spec) or key "
        "(vars: {{ansible_ssh_private_key_file: …}}).",
    ),
    Rule(
        r"Could not resolve hostname (?P<name>\S+?):",
        "the name {name} of {host} is not known",
        "Correct its address in the spec, or the DNS of this computer.",
    ),
    Rule(
        r"port \d+: Connection refused|Connection refused by",
        "{host} is there, but nothing listens for SSH",
        "Start its SSH server, or correct the port in the spec.",
    ),
    Rule(
        r"No route to host|Network is unreachable|Connection timed out|Operation timed out|timed out waiting for ping"
        r"|banner exchange|Host is down|Connection (to \S+ )?closed|Connection reset|Shared connection to"
        r"|(header failed|packet|remote): Broken pipe|Failed to connect to the host via ssh"
        r"|could not be sent to remote host",
        "{host} does not answer: it is powered off, or its network is cut",
        "Power it on and look at its address in the spec, then run the same command again.",
    ),
    Rule(
        r"No space left on device|ENOSPC|[Dd]isk (is )?full|enough free space|Disk quota exceeded",
        "the disk of {host} is full",
        "Make room there (df -h; journalctl --vacuum-size=100M; apt-get clean), then run the same command again.",
    ),
    Rule(
        r"Release file .* is not valid (yet|any more)|certificate is not yet valid|[Cc]lock (skew|is)",
        "the clock of {host} is wrong",
        "Set it (timedatectl), then run the same command again.",
    ),
    Rule(
        r"Failed to (update|lock) apt .*cache|Failed to fetch|Unable to fetch|Temporary failure resolving"
        r"|Cannot initiate the connection|Could not connect to \S+ \(|[Pp]ackages? (server|source)s? .*(answer|reach)",
        "{host} cannot reach its package servers",
        "Look at its default route, its DNS and its sources (apt-get update there says more), then run the same "
        "command again.",
    ),
    Rule(
        r"Could not get lock|is held by process|Waited too long for .*lock",
        "another program on {host} installs packages just now",
        "Wait for its end, such as that of unattended upgrades, then run the same command again.",
    ),
    Rule(
        r"dpkg was interrupted",
        "an installation of packages on {host} was cut off",
        "Finish it there: dpkg --configure -a. Then run the same command again.",
    ),
    Rule(
        r"[Mm]issing sudo password|a (terminal|password) is required|[Ii]ncorrect sudo password|not in the sudoers"
        r"|waiting for privilege escalation prompt|Duplicate become password",
        "{host} wants a password for sudo",
        "Let that user run sudo without one, or put the password into a file and name it: "
        "export ANSIBLE_BECOME_PASSWORD_FILE=FILE.",
    ),
    Rule(
        r"python3?: (command )?not found|No python interpreters found|interpreter .*was not found",
        "{host} has no Python",
        "Install it there: apt-get install python3.",
    ),
    Rule(
        r"[Rr]ead-only file system",
        "a file system of {host} cannot be written",
        "Its disk may have failed: look at dmesg there.",
    ),
    Rule(
        r"Cannot allocate memory|MemoryError|Out of memory",
        "{host} has no memory left",
        "Give it more (memory: in the spec), or stop something there.",
    ),
    Rule(
        r"[Aa]ddress already in use|port is already allocated",
        "a port on {host} is taken by another program",
        "Find it there (ss -ltnp), and stop it or choose another port.",
    ),
    Rule(
        r"(?P<address>[0-9a-f]+[.:][0-9a-f.:]+) (is|seems) (already )?(taken|in use)",
        "the address {address} is taken by another machine",
        "Choose another address in the spec, or take that machine off the network.",
    ),
)
