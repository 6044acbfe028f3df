"""The image of all machines: a Debian like those of clouds, built once for a list of packages."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from kombify.sim.egress.sources import AptSource, apt_sources
from kombify.sim.errors import SimError
from kombify.sim.folders import cache_folder, labs_folder
from kombify.sim.locks import locked

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of all is done (0 to 1)."""

RECIPE = 3
"""Counted up when the same packages shall give another image."""
PACKAGES = (
    *("ca-certificates", "dbus", "iproute2", "iputils-ping", "kmod", "nftables", "openssh-server", "procps"),
    *("python3", "python3-apt", "sudo", "systemd-sysv", "unattended-upgrades"),
)
DEBIAN_RELEASE = "trixie"
_COMPONENTS = {"debian": "main", "ubuntu": "main universe"}
# With everything that these depend on. Each is downloaded, unpacked and set up, in a line of output for each.
_PACKAGES_IN_ALL = 170
_STEPS = {"Get": "downloading", "Unpacking": "unpacking", "Setting": "setting up"}
_SHOWN_OF_A_FAILURE = 6
# Units and settings that a node does without: what they would set up is the host's, or there before its init runs.
# Without the last one, logins are not refused while it boots: whoever finds the SSH server answering can log in.
_MASKED = (
    "systemd/system/dev-hugepages.mount",
    "systemd/system/sys-fs-fuse-connections.mount",
    "systemd/system/systemd-tmpfiles-setup-dev-early.service",
    "systemd/system/systemd-tmpfiles-setup-dev.service",
    "tmpfiles.d/systemd-nologin.conf",
)
_SYSCTLS = "# As Debian has it: everybody may ping.\nnet.ipv4.ping_group_range = 0 2147483647\n"


@dataclass(frozen=True)
class Recipe:
    """What an image is made of: its folder is named after this."""

    release: str
    sources: tuple[str, ...]
    packages: tuple[str, ...] = PACKAGES
    architecture: str = platform.machine()
    version: int = RECIPE

    @property
    def key(self) -> str:
        """Return a short name that changes with the recipe."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


def recipe() -> Recipe:
    """Return what this machine makes its image of: packages from where its own come from."""
    system = platform.freedesktop_os_release()
    return make_recipe(system.get("ID", ""), system.get("VERSION_CODENAME", ""), apt_sources())


def make_recipe(system: str, codename: str, sources: list[AptSource]) -> Recipe:
    """Return the recipe for a machine: its system's id and release, and its package sources."""
    if system not in _COMPONENTS:
        raise SimError(f"the image is made of Debian or Ubuntu packages, this machine runs '{system}': --driver podman")
    main = next((source.uri for source in sources if source.suite == codename), None)
    security = next((source.uri for source in sources if source.suite == f"{codename}-security"), None)
    if main is None:
        raise SimError(f"/etc/apt names no source with the suite '{codename}': the image cannot be made; add it")
    release = DEBIAN_RELEASE if system == "debian" else codename
    suites = [(main, release), (main, f"{release}-updates"), *([(security, f"{release}-security")] if security else [])]
    return Recipe(release, tuple(f"deb {uri} {suite} {_COMPONENTS[system]}" for uri, suite in suites))


def ensure(progress: Progress | None = None) -> Path:
    """Return the folder of the image, and build it if it is not there. Only one process builds at a time."""
    made = recipe()
    target = cache_folder() / "images" / made.key
    if target.exists():
        return target
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(target.parent / f"{made.key}.lock"):
        if not target.exists():
            _build(made, target, progress or _silent)
    return target


def remove() -> None:
    """Remove the image, so that the next one who needs it builds it again."""
    target = cache_folder() / "images" / recipe().key
    users = sorted(link.parents[2].name for link in labs_folder().glob("*/nodes/*/lower") if link.resolve() == target)
    if users:
        raise SimError(
            f"nodes of lab {users[0]} are made of the image: kombify sim down {users[0]} before it is removed"
        )
    if target.exists():
        with locked(target.parent / f"{target.name}.lock"):
            shutil.rmtree(target)


def _build(made: Recipe, target: Path, progress: Progress) -> None:
    if os.geteuid() != 0:
        raise SimError("building the image needs root: sudo kombify sim image")
    unfinished = target.with_name(f"{target.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    progress("starting", 0.0)
    _run_mmdebstrap(made, unfinished, progress)
    _finish(unfinished)
    unfinished.rename(target)
    progress("done", 1.0)


def _run_mmdebstrap(made: Recipe, target: Path, progress: Progress) -> None:
    """Build in namespaces of its own that end with us: a killed build leaves neither processes nor mounts."""
    command = [
        *("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--verbose", f"--include={','.join(made.packages)}"),
        *(made.release, str(target), *made.sources),
    ]
    lines: list[str] = []
    done = 0
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                step = _STEPS.get(line.partition(" ")[0].partition(":")[0])
                if step is not None:
                    done += 1
                    progress(step, min(done / (_PACKAGES_IN_ALL * len(_STEPS)), 0.99))
    except FileNotFoundError as error:
        raise SimError(f"{error.filename} is not installed: apt-get install mmdebstrap util-linux") from None
    if process.returncode != 0:
        said = [line for line in lines if line.startswith(("E:", "W:", "Err"))] or lines
        shown = "\n  ".join(said[-_SHOWN_OF_A_FAILURE:])
        raise SimError(
            f"the image could not be built (mmdebstrap ended with {process.returncode}):\n  {shown}\n"
            "Check that this machine's own package sources work: apt-get update"
        )


def _finish(root: Path) -> None:
    """Make the image one of no machine in particular."""
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for name in _MASKED:
        path = root / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/null")
    (root / "usr/lib/sysctl.d/50-kombify-sim.conf").write_text(_SYSCTLS, encoding="ascii")
    # With this folder the journal is kept on the disk, where it can be read even when the machine is off.
    (root / "var/log/journal").mkdir(exist_ok=True)
    # Nothing was updated since: no boot has to rebuild caches.
    for folder in ("etc", "var"):
        (root / folder / ".updated").touch()


def _silent(_what: str, _share: float) -> None:
    """Tell nobody."""
