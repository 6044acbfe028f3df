# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the JSON Schemas in docs/schema, or checks with --check that they are what the models say."""

from __future__ import annotations

import json
import sys

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import kit_schema
from ansible_collections.kombify.stack.plugins.module_utils.spec.schema import spec_schema
from pages.files import ROOT, write_or_check

FOLDER = ROOT / "docs/schema"

if __name__ == "__main__":
    schemas = {"kombination.v1.json": spec_schema(), "stackkit.v1.json": kit_schema()}
    texts = {FOLDER / name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}
    sys.exit(write_or_check(texts, __doc__))
