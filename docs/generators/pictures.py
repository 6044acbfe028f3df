#!/usr/bin/env python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the pictures in docs/images, or checks with --check that they are what the command draws."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PICTURES = {"docs/images/platform.svg": ["graph", "inventories/platform", "--format", "svg"]}


def main() -> int:
    """Return 0, or 1 when --check finds a picture that is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail instead of writing")
    check = parser.parse_args().check
    program, stale = Path(sys.executable).with_name("kombify"), 0
    for name, words in PICTURES.items():
        path = REPOSITORY / name
        drawn = subprocess.run([program, *words], cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
        if path.exists() and path.read_text(encoding="utf-8") == drawn:
            continue
        if check:
            sys.stderr.write(f"{name} is not up to date: run make docs\n")
            stale = 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(drawn, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
