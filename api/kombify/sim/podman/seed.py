"""The first boot of a container, as cloud-init does it on a VM: shell scripts that run in it as root."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from kombify.sim.machine import Machine

PROGRAM = "/usr/local/sbin/kombify-address"
PEERS = "/etc/kombify-peers"
UNIT = f"""[Unit]
Description=Addresses of the lab
After=network.target
[Service]
Type=oneshot
ExecStart={PROGRAM}
[Install]
WantedBy=multi-user.target
"""
KEY = "/etc/ssh/ssh_host_ed25519_key"


def seed_script(machine: Machine, keys: Iterable[str]) -> str:
    """Return the script that makes a container this machine; it prints the public key of its SSH server."""
    user = shlex.quote(machine.user)
    own = machine.address.partition("/")[0]
    address = f"""#!/bin/sh
# Podman gives the container an address of its own; this is the one of the spec, and the way to the others.
set -e
ip address replace {machine.address} dev eth0
while read -r peer; do [ "$peer" = {own} ] || ip route replace "$peer" dev eth0 src {own}; done < {PEERS}
"""
    return f"""set -e
touch {PEERS}
{_file(PROGRAM, address)}
chmod 755 {PROGRAM}
{_file("/etc/systemd/system/kombify-address.service", UNIT)}
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -sf ../kombify-address.service /etc/systemd/system/multi-user.target.wants/
if ! id {user} >/dev/null 2>&1; then useradd --create-home --shell /bin/bash {user}; fi
if [ {user} != root ]; then
echo {user} 'ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-kombify-sim
chmod 440 /etc/sudoers.d/90-kombify-sim
fi
for user in root {user}; do
home=$(getent passwd "$user" | cut -d: -f6)
mkdir -p "$home/.ssh"
{_file('"$home/.ssh/authorized_keys"', "".join(f"{key}{chr(10)}" for key in keys))}
chmod 700 "$home/.ssh"
chmod 600 "$home/.ssh/authorized_keys"
chown -R "$user:" "$home/.ssh"
done
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -C '' -f {KEY}
cat {KEY}.pub
"""


def peers_script(addresses: Iterable[str]) -> str:
    """Return the script that tells a container the addresses of the machines in its lab."""
    return f"set -e\n{_file(PEERS, ''.join(f'{address}{chr(10)}' for address in addresses))}\n{PROGRAM}\n"


def _file(path: str, text: str) -> str:
    return f"printf %s {shlex.quote(text)} > {path}"
