"""How SSH gets into a lab: through a connection that is made inside, to servers whose keys are known."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.locks import locked
from kombify.sim.netns.node import NodeFolder
from kombify.sim.order import ip_of, read_orders

_CONNECTIONS = Path("/run/kombify")


class LabSsh:
    """The way into one lab."""

    def __init__(self, folder: Path, network: Path, key: Path) -> None:
        self.folder = folder
        self._network = network
        self._key = key

    @property
    def known_hosts(self) -> Path:
        """The keys of the machines' SSH servers."""
        return self.folder / "known_hosts"

    def variables(self) -> Mapping[str, str]:
        """Return what Ansible has to know; it is the same for all machines."""
        return {
            "ansible_ssh_private_key_file": str(self._key),
            "ansible_ssh_common_args": shlex.join(self._options()),
            "ansible_control_path_dir": str(self._connections),
        }

    def write_known_hosts(self) -> None:
        """Write down the key of every machine's SSH server: nobody has to trust one that he sees first."""
        with locked(self.folder / "known_hosts.lock"):
            lines = []
            for name, machine in read_orders(self.folder / "nodes").items():
                key = NodeFolder(self.folder / "nodes" / name).host_key
                if key.exists():
                    lines.append(f"{ip_of(machine)} {key.read_text(encoding='ascii')}")
            write_whole(self.known_hosts, "".join(lines), mode=0o600)

    def close(self) -> None:
        """End the connections that Ansible keeps open, with what runs through them."""
        self._order("exit")
        shutil.rmtree(self._connections, ignore_errors=True)

    def renew(self) -> None:
        """Let new tasks make new connections: one to a machine that was switched off is dead. Running tasks go on."""
        self._order("stop")

    def _order(self, word: str) -> None:
        for shared in self._connections.glob("*"):
            subprocess.run(["ssh", "-S", shared, "-O", word, "lab"], capture_output=True, check=False)

    @property
    def _connections(self) -> Path:
        """Where Ansible keeps the connections that tasks share: another lab may have a machine of the same address.

        It is a short path, because that of a socket has 107 letters at most.
        """
        return _CONNECTIONS / hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]

    def _options(self) -> list[str]:
        program = Path(__file__).with_name("fdpass.py")
        proxy = shlex.join([sys.executable, "-IS", str(program), str(self._network)]).replace("%", "%%")
        options = {
            "ProxyCommand": f"{proxy} %h %p",
            "ProxyUseFdpass": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "StrictHostKeyChecking": "yes",
        }
        return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
