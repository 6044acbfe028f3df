"""From a forked process to PID 1 of a machine: its mounts, its devices, and then its systemd."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from kombify.sim.netns import linux

NAMESPACES = (
    linux.NEW_MOUNTS | linux.NEW_HOSTNAME | linux.NEW_IPC | linux.NEW_PIDS | linux.NEW_NETWORK | linux.NEW_CGROUP
)
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "fuse")
_LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# What is the host's and not the machine's. Its network's sysctls are its own.
_READ_ONLY = ("sys", "sysrq-trigger", "irq", "bus")
# Capabilities that would reach the host: modules, raw devices, the clock, the kernel's log, access rules, audit.
_DROPPED = {
    "sys_module": 16,
    "sys_rawio": 17,
    "sys_time": 25,
    "audit_control": 30,
    "mac_override": 32,
    "mac_admin": 33,
    "syslog": 34,
    "wake_alarm": 35,
    "block_suspend": 36,
    "audit_read": 37,
}
_OPEN_FILES = (1024, 524288)
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "container": "kombify-sim",
    "TERM": "linux",
}


def become_init(root: Path, hostname: str, boot_id: str) -> None:
    """Turn the calling process, which is in its namespaces already, into the init of a machine. Does not return."""
    linux.set_hostname(hostname)
    linux.mount(None, "/", None, "rec,private")
    linux.mount(root, root, None, "bind,rec")
    _mount_kernel(root)
    _mount_devices(root)
    for folder, mode in (("run", "755"), ("tmp", "1777")):
        linux.mount("tmpfs", root / folder, "tmpfs", "nosuid,nodev", f"mode={mode}")
    _mount_boot_id(root, boot_id)
    linux.mount("cgroup2", root / "sys/fs/cgroup", "cgroup2", "nosuid,nodev,noexec")
    os.chdir(root)
    # From here on the files of Python are out of reach: nothing may be imported any more.
    linux.pivot_root_here()
    for number in _DROPPED.values():
        linux.drop_capability(number)
    _limit_open_files()
    os.setsid()
    os.execve("/sbin/init", ["/sbin/init"], _ENVIRONMENT)  # noqa: S606 - a machine begins with its init


def _mount_kernel(root: Path) -> None:
    proc = root / "proc"
    linux.mount("proc", proc, "proc", "nosuid,nodev,noexec")
    linux.mount(proc / "sys/net", proc / "sys/net", None, "bind")
    for name in _READ_ONLY:
        if (proc / name).exists():
            linux.mount(proc / name, proc / name, None, "bind,rec")
            linux.mount(None, proc / name, None, "bind,remount,ro,nosuid,nodev,noexec")
    linux.mount("sysfs", root / "sys", "sysfs", "ro,nosuid,nodev,noexec")


def _mount_devices(root: Path) -> None:
    dev = root / "dev"
    linux.mount("tmpfs", dev, "tmpfs", "nosuid", "mode=755,size=4m")
    for name in _DEVICES:
        source, target = Path("/dev", name), dev / name
        if source.exists():
            target.parent.mkdir(exist_ok=True)
            target.touch()
            linux.mount(source, target, None, "bind")
    for folder in ("pts", "shm", "mqueue"):
        (dev / folder).mkdir()
    linux.mount("devpts", dev / "pts", "devpts", "nosuid,noexec", "newinstance,ptmxmode=0666,mode=620,gid=5")
    linux.mount("tmpfs", dev / "shm", "tmpfs", "nosuid,nodev", "mode=1777")
    for name, target_name in _LINKS.items():
        (dev / name).symlink_to(target_name)


def _mount_boot_id(root: Path, boot_id: str) -> None:
    """Give every boot its own id: by it Ansible's reboot and the journal tell boots apart."""
    mine, kernels = root / "run/.boot_id", root / "proc/sys/kernel/random/boot_id"
    mine.write_text(f"{boot_id}\n", encoding="ascii")
    linux.mount(mine, kernels, None, "bind")
    linux.mount(None, kernels, None, "bind,remount,ro")


def _limit_open_files() -> None:
    """Set what systemd expects at boot, as far as the host lets us: without CAP_SYS_RESOURCE not above its own."""
    soft, hard = _OPEN_FILES
    given = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if given != resource.RLIM_INFINITY:
        hard = min(hard, given)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, hard), hard))
