"""The first boot of a machine, as cloud-init does it: its name, its users and keys, its resolver and package proxy."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from pathlib import Path

from kombify.sim.egress.ports import PROXY_URL, SERVICES_ADDRESS
from kombify.sim.errors import SimError
from kombify.sim.machine import Machine

_FIRST_USER = 1000
_HOST_KEY = "etc/ssh/ssh_host_ed25519_key"


def seed(root: Path, machine: Machine, lab_key: str) -> str:
    """Write what makes a disk this machine's; return the public key of its SSH server."""
    address = machine.address.partition("/")[0]
    _write(root / "etc/hostname", f"{machine.name}\n")
    _write(root / "etc/hosts", f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{address} {machine.name}\n")
    _write(root / "etc/machine-id", f"{uuid.uuid4().hex}\n", 0o444)
    # Every task that uses sudo asks for the host's name: an answer has to come at once.
    _write(root / "etc/resolv.conf", f"nameserver {SERVICES_ADDRESS}\noptions timeout:1 attempts:1\n")
    _write(root / "etc/apt/apt.conf.d/01kombify-sim", f'Acquire::http::Proxy "{PROXY_URL}";\n')
    _write(root / "etc/pip.conf", f"[global]\nproxy = {PROXY_URL}\n")
    _authorize(root, "root", (lab_key,) if machine.user != "root" else (lab_key, *machine.keys))
    if machine.user != "root":
        _add_user(root, machine.user)
        _authorize(root, machine.user, (lab_key, *machine.keys))
    return _make_host_key(root)


def _add_user(root: Path, user: str) -> None:
    account = _account(root, user)
    if account is not None and account[0] < _FIRST_USER:
        raise SimError(f"user {user} is one of the system's own: choose another name, or root")
    if account is None:
        command = ["chroot", str(root), "useradd", "--create-home", "--shell", "/bin/bash", user]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise SimError(f"user {user} cannot be made: {ran.stderr.strip()}; choose another name")
    _write(root / "etc/sudoers.d/90-kombify-sim", f"{user} ALL=(ALL) NOPASSWD:ALL\n", 0o440)


def _account(root: Path, user: str) -> tuple[int, int, str] | None:
    """Return the numbers of a user and its group, and its home."""
    for line in (root / "etc/passwd").read_text(encoding="utf-8").splitlines():
        name, _password, uid, gid, _comment, home, _shell = line.split(":")
        if name == user:
            return int(uid), int(gid), home
    return None


def _authorize(root: Path, user: str, keys: tuple[str, ...]) -> None:
    account = _account(root, user)
    if account is None:
        raise SimError(f"the image has no user {user}; build it again with `kombify sim image --rebuild`")
    uid, gid, home = account
    folder = root / home.lstrip("/") / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    _write(folder / "authorized_keys", "".join(f"{key.strip()}\n" for key in keys), 0o600)
    for path in (folder, folder / "authorized_keys"):
        shutil.chown(path, uid, gid)


def _make_host_key(root: Path) -> str:
    for old in (root / "etc/ssh").glob("ssh_host_*"):
        old.unlink()
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(root / _HOST_KEY)]
    subprocess.run(command, check=True, capture_output=True)
    return (root / f"{_HOST_KEY}.pub").read_text(encoding="ascii").strip()


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file anew: one that the image links elsewhere shall not lead out of the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
