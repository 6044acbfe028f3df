#!/usr/bin/env python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the JSON Schemas in docs/schema, or checks with --check that they are what the models say."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import kit_schema
from ansible_collections.kombify.stack.plugins.module_utils.spec.schema import spec_schema

FOLDER = Path(__file__).parents[1] / "schema"


def main() -> int:
    """Return 0, or 1 when --check finds a file that is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail instead of writing")
    check = parser.parse_args().check
    stale = 0
    for name, schema in (("kombination.v1.json", spec_schema()), ("stackkit.v1.json", kit_schema())):
        path, text = FOLDER / name, json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            sys.stderr.write(f"{path.relative_to(Path.cwd())} is not up to date: run make docs\n")
            stale = 1
        else:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
