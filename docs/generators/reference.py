# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the pages in docs/reference, or checks with --check that they are what the code says."""

from __future__ import annotations

import sys

from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import codes_markdown
from pages.cli import cli_page
from pages.collection import plugins_page, roles_page
from pages.files import ROOT, write_or_check
from pages.kits import kits_page
from pages.markdown import page
from pages.spec import spec_page

FOLDER = ROOT / "docs/reference"

if __name__ == "__main__":
    pages = {
        "cli.md": cli_page(),
        "kits.md": kits_page(),
        "plugins.md": plugins_page(),
        "problems.md": page(codes_markdown().rstrip("\n")),
        "roles.md": roles_page(),
        "spec.md": spec_page(),
    }
    sys.exit(write_or_check({FOLDER / name: text for name, text in pages.items()}, __doc__))
