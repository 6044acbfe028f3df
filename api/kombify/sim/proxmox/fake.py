# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The parts of fakepve that we build on, in one place: it carries no types, and its version is held."""

from __future__ import annotations

from fakepve import FakePve, FakeVm, schema  # type: ignore[import-untyped]
from fakepve.certs import make_cert  # type: ignore[import-untyped]
from fakepve.lxc import SIZE_UNITS, format_size  # type: ignore[import-untyped]
from fakepve.model import PveError, TaskError  # type: ignore[import-untyped]
from fakepve.qemu import (  # type: ignore[import-untyped]
    DRIVE_KEY,
    NEW_DISK,
    drives_of,
    is_cdrom,
    join_drive,
    split_drive,
    volume_ref,
    with_mac,
)
from fakepve.routing import die  # type: ignore[import-untyped]

__all__ = [
    "DRIVE_KEY",
    "NEW_DISK",
    "SIZE_UNITS",
    "FakePve",
    "FakeVm",
    "PveError",
    "TaskError",
    "die",
    "drives_of",
    "format_size",
    "is_cdrom",
    "join_drive",
    "make_cert",
    "schema",
    "split_drive",
    "volume_ref",
    "with_mac",
]
