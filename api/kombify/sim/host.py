"""The machine that simulates, as the checks of the doctor see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

PATIENCE = 30
"""Seconds after which a question to another program counts as a no."""
OVERLAY = 'mkdir lower upper work root && mount -t overlay overlay -o "lowerdir=lower,upperdir=upper,workdir=work" root'


class Host(Protocol):
    """What can be asked about a machine; nothing of it is changed by asking."""

    @property
    def root(self) -> bool:
        """Whether we are root."""

    @property
    def python(self) -> Sequence[int]:
        """The version of our interpreter."""

    def which(self, program: str) -> bool:
        """Tell whether a program is there."""

    def exists(self, path: str) -> bool:
        """Tell whether a file is there."""

    def text(self, path: str) -> str:
        """Return what a file of the kernel says; one that is not there says nothing."""

    def module(self, name: str) -> bool:
        """Tell whether a Python module is installed, without importing it."""

    def answers(self, *command: str) -> bool:
        """Tell whether a command ends well."""

    def overlays(self) -> bool:
        """Tell whether a folder can be laid over another where labs are kept."""

    def free(self) -> int:
        """Return the bytes that are free where labs are kept."""


@dataclass(frozen=True)
class ThisHost:
    """This machine. ``labs`` is where labs are, or will be."""

    labs: Path
    root: bool = field(default_factory=lambda: os.geteuid() == 0)
    python: Sequence[int] = sys.version_info[:3]

    def which(self, program: str) -> bool:
        """Look for a program also where only root has it on PATH."""
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
        return shutil.which(program, path=path) is not None

    def exists(self, path: str) -> bool:
        """Look for a file."""
        return Path(path).exists()

    def text(self, path: str) -> str:
        """Read a file."""
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def module(self, name: str) -> bool:
        """Look for a module."""
        return find_spec(name) is not None

    def answers(self, *command: str) -> bool:
        """Run a command and throw away what it says."""
        try:
            return subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def overlays(self) -> bool:
        """Try it in a mount namespace of its own, which takes the mount with it when it ends."""
        with tempfile.TemporaryDirectory(dir=self._folder(), prefix=".kombify-doctor-") as folder:
            return self.answers("unshare", "--mount", "sh", "-ec", f'cd "$1" && {OVERLAY}', "sh", folder)

    def free(self) -> int:
        """Ask the file system."""
        return shutil.disk_usage(self._folder()).free

    def _folder(self) -> Path:
        """Return the folder of the labs, or the nearest one above that is there already."""
        return next(folder for folder in (self.labs, *self.labs.parents) if folder.is_dir())
