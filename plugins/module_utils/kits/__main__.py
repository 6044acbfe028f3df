# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes ``index.json`` of a directory of kits, or checks it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.index import INDEX_FILE, index_text


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or 1 when a kit is broken or, with ``--check``, the index differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=BUILTIN)
    parser.add_argument("--check", action="store_true", help="fail when the file differs instead of writing it")
    options = parser.parse_args(arguments)
    catalogue = Catalogue({"": options.directory})
    problems = [problem for name in catalogue.names() for problem in catalogue.problems(name)]
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        return 1
    text = index_text({name: kit for name in catalogue.names() if (kit := catalogue.get(name))})
    path = options.directory / INDEX_FILE
    if not options.check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{path} does not fit its kits; write it again without --check\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
