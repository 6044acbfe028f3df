# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting up links on a machine: write the configuration, and bring the interface to it without breaking what works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Unit, read_units, run_checked
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard import files
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import (
    Link,
    boot_text,
    hide_key,
    live_text,
    needs_restart,
    read_text,
    wanted_peers,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.live import (
    is_as_wanted,
    passes_on,
    read_live,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import RunWithInput, set_live

CHANGES = ("written", "restarted", "updated", "enabled", "removed")
UNKNOWN_KEY = "(made when this is applied)"


class Links:
    """All links of one machine."""

    def __init__(self, run: RunWithInput, check: bool) -> None:
        self._run = run
        self._check = check
        self.diffs: list[dict[str, str]] = []
        self.result: dict[str, Any] = {name: [] for name in CHANGES}
        self.result |= {"kept": {}, "missing": {}}

    def changed(self) -> bool:
        """Tell whether anything was not as wanted."""
        return any(self.result[name] for name in CHANGES)

    def apply(self, links: Iterable[Mapping[str, Any]], settings: Mapping[str, Any], prune: bool) -> None:
        """Set up the links; with `prune` remove those of ours that are not among them."""
        wanted = {link["interface"]: link for link in links}
        gone = [name for name in files.our_interfaces() if name not in wanted] if prune else []
        units = read_units(self._run, [unit_name(interface) for interface in [*wanted, *gone]])
        for interface in gone:
            self._remove(interface)
        for interface, link in wanted.items():
            self._set_up(link, settings, units[unit_name(interface)])

    def _set_up(self, given: Mapping[str, Any], settings: Mapping[str, Any], unit: Unit) -> None:
        before = files.read_conf(given["interface"])
        written, waiting = read_text(before), files.read_next(given["interface"])
        fresh = bool(waiting) and (given["activate"] or written.private_key is None)
        private_key = (waiting if fresh else written.private_key) or UNKNOWN_KEY
        if private_key == UNKNOWN_KEY and not self._check:
            raise NodeError(f"Link {given['name']} has no key yet. Run kombify.stack.wireguard_keys first.")
        generation = settings["generation"] if fresh else written.generation
        link = self._link(given, settings, generation, written.keys)
        after = boot_text(link, private_key)
        if before != after:
            self._write(link.interface, before, after)
        try:
            self._bring_up(link, private_key, unit, restart=needs_restart(before, after))
        except NodeError:
            self._put_back(link.interface, before, unit)
            raise
        if fresh and not self._check:
            files.next_path(link.interface).unlink(missing_ok=True)

    def _link(
        self, given: Mapping[str, Any], settings: Mapping[str, Any], generation: str, known: Mapping[str, str]
    ) -> Link:
        peers, kept, missing = wanted_peers(given["peers"], known, UNKNOWN_KEY if self._check else None)
        for what, names in (("kept", kept), ("missing", missing)):
            if names:
                self.result[what][given["name"]] = names
        return Link(
            peers=tuple(peers),
            generation=generation,
            mtu=settings["mtu"],
            keepalive=settings["keepalive"],
            **{name: given[name] for name in ("name", "interface", "address", "cidr", "port", "forward")},
        )

    def _put_back(self, interface: str, before: str, unit: Unit) -> None:
        """Let a link that could not be changed go on as it was."""
        if before and not self._check:
            files.write_private(files.conf_path(interface), before)
            if read_live(self._run, interface) is None:
                self._run(["systemctl", "restart", "--", unit.name])

    def _write(self, interface: str, before: str, after: str) -> None:
        self.result["written"].append(interface)
        self._show(interface, before, after)
        if not self._check:
            files.write_private(files.conf_path(interface), after)

    def _bring_up(self, link: Link, private_key: str, unit: Unit, restart: bool) -> None:
        """Change the interface while it runs, when that will do; else start it, or start it again."""
        live = read_live(self._run, link.interface)
        if live is None or not unit.active or restart or not passes_on(link):
            self.result["restarted"].append(link.interface)
            self._start(link.interface, unit, there=live is not None)
        elif not is_as_wanted(live, link, private_key):
            self.result["updated"].append(link.interface)
            if not self._check:
                set_live(self._run, link.interface, live_text(link, private_key))
        if not unit.enabled:
            self.result["enabled"].append(link.interface)
            if not self._check:
                enable = ["systemctl", "enable", "--quiet", "--", unit.name]
                run_checked(self._run, enable, f"{unit.name} cannot be enabled")

    def _start(self, interface: str, unit: Unit, there: bool) -> None:
        if self._check:
            return
        if there and not unit.active:  # started by hand: systemd could not start it once more
            self._run(["ip", "link", "delete", "dev", interface])
        code, _output, _complaints = self._run(["systemctl", "restart", "--", unit.name])
        if code:
            _code, journal, _complaints = self._run(
                ["journalctl", f"--unit={unit.name}", "--lines=8", "--output=cat", "--no-pager"]
            )
            raise NodeError(f"{unit.name} does not start. Its journal ends with:\n{journal.strip()}")

    def _remove(self, interface: str) -> None:
        """Take a link down for good, with its keys."""
        self.result["removed"].append(interface)
        self._show(interface, files.read_conf(interface), "")
        if self._check:
            return
        run_checked(
            self._run, ["systemctl", "disable", "--quiet", "--now", "--", unit_name(interface)], f"{interface} stays up"
        )
        self._run(["ip", "link", "delete", "dev", interface])
        files.conf_path(interface).unlink(missing_ok=True)
        files.next_path(interface).unlink(missing_ok=True)

    def _show(self, interface: str, before: str, after: str) -> None:
        header = str(files.conf_path(interface))
        texts = {"before": hide_key(before), "after": hide_key(after)}
        self.diffs.append({"before_header": header, "after_header": header, **texts})


def unit_name(interface: str) -> str:
    """Return the unit that brings an interface up, also after a reboot."""
    return f"wg-quick@{interface}.service"
