"""A machine for tests: a folder instead of /etc/wireguard, and programs that only take notes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard import files


def public(private_key: str) -> str:
    """Return what stands for the public key of a private one."""
    return base64.b64encode(hashlib.sha256(private_key.encode()).digest()).decode()


class Machine:
    """A machine with wg, wg-quick and systemd."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.up: dict[str, str] = {}
        """What the interfaces that are up run, as ``wg show INTERFACE dump`` prints it."""
        self.enabled: set[str] = set()
        self.broken: set[str] = set()
        """Beginnings of commands that fail."""
        self._made = 0

    def run(self, command: Sequence[str], /, *, data: str | None = None) -> tuple[int, str, str]:
        """Answer a command."""
        line = " ".join(command)
        if any(line.startswith(beginning) for beginning in self.broken):
            return 1, "", "broken for a test"
        match list(command):
            case ["wg", "genkey"]:
                self._made += 1
                return 0, f"private-{self._made}\n", ""
            case ["wg", "pubkey"]:
                return 0, f"{public(data or '')}\n", ""
            case ["wg", "show", interface, "dump"]:
                dump = self.up.get(interface)
                return (0, dump, "") if dump is not None else (1, "", "No such device")
            case ["systemctl", "show", _properties, "--", *units]:
                return 0, "\n\n".join(map(self._unit, units)), ""
        self.ran.append(line)
        self._change(list(command), data)
        return 0, "", ""

    def conf(self, interface: str = "wg-vpn") -> str:
        """Return a configuration."""
        return (self.folder / f"{interface}.conf").read_text(encoding="utf-8")

    def _change(self, command: list[str], data: str | None) -> None:
        match command:
            case ["systemctl", "restart", "--", unit]:
                interface = unit.removeprefix("wg-quick@").removesuffix(".service")
                self.up[interface] = dump(self.conf(interface))
            case ["systemctl", "enable", *_options, unit]:
                self.enabled.add(unit)
            case ["systemctl", "disable", *_options, unit]:
                self.enabled.discard(unit)
                self.up.pop(unit.removeprefix("wg-quick@").removesuffix(".service"), None)
            case ["wg", "syncconf", interface, "/dev/stdin"]:
                self.up[interface] = dump(data or "")

    def _unit(self, unit: str) -> str:
        interface = unit.removeprefix("wg-quick@").removesuffix(".service")
        active = "active" if interface in self.up else "inactive"
        enabled = "enabled" if unit in self.enabled else "disabled"
        return f"LoadState=loaded\nActiveState={active}\nUnitFileState={enabled}"


def dump(text: str) -> str:
    """Return a configuration as wg shows it."""
    head, *peers = text.split("[Peer]")
    values = [_values(part) for part in (head, *peers)]
    own = f"{values[0]['PrivateKey']}\tpublic\t{values[0].get('ListenPort', '40000')}\toff\n"
    return own + "".join(map(_peer, values[1:]))


def _peer(peer: dict[str, str]) -> str:
    keepalive = peer.get("PersistentKeepalive", "off")
    return f"{peer['PublicKey']}\t(none)\t(none)\t{peer['AllowedIPs']}\t0\t0\t0\t{keepalive}\n"


def _values(part: str) -> dict[str, str]:
    return dict(line.split(" = ", 1) for line in part.splitlines() if " = " in line)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine on which nothing was done yet."""
    folder = tmp_path / "wireguard"
    monkeypatch.setattr(files, "FOLDER", folder)
    return Machine(folder)
