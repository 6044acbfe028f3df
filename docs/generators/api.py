# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the OpenAPI document of the service, or checks with --check that it is what the service says."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from pages.files import ROOT, write_or_check

FILE = ROOT / "docs/schema/openapi.json"


def openapi() -> str:
    """Return the document. It does not depend on the machine: nothing is started."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), stacks_dir=Path(folder), jobs_at_once=0)
        document = create_app(Service(settings)).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check({FILE: openapi()}, __doc__))
