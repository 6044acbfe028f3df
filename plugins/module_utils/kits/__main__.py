# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what is generated from kits, ``index.json`` and each ``README.md``, or checks it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.index import INDEX_FILE, index_text
from ansible_collections.kombify.stack.plugins.module_utils.kits.readme import README_FILE, readme_text


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or 1 when a kit is broken or, with ``--check``, a file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=BUILTIN)
    parser.add_argument("--check", action="store_true", help="fail when a file differs instead of writing it")
    options = parser.parse_args(arguments)
    catalogue = Catalogue({"": options.directory})
    problems = [problem for name in catalogue.names() for problem in catalogue.problems(name)]
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        return 1
    kits = {name: kit for name in catalogue.names() if (kit := catalogue.get(name))}
    texts = {options.directory / name / README_FILE: readme_text(kit) for name, kit in kits.items()}
    texts[options.directory / INDEX_FILE] = index_text(kits)
    differing = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if options.check:
        sys.stderr.write("".join(f"{path} is out of date; write it again without --check\n" for path in differing))
        return 1 if differing else 0
    for path in differing:
        path.write_text(texts[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
