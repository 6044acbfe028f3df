# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K309: sources of kits that cannot be read, so that their kits are not simply missing."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems


def check_sources(spec: Spec, problems: Problems) -> None:
    """A source is a folder that is there; other kinds are not fetched yet, and that is said."""
    folder = Path(spec.path).parent
    for index, source in enumerate(spec.stack.catalog):
        place = spec.place("catalog", index)
        if source.path is None:
            kind = "git" if source.git is not None else "oci"
            hint = "fetch it yourself, and write - {path: ./kits} for its folder"
            problems.error("K309", f"kits are read from folders, a {kind} source is not fetched", place, hint)
        elif not (folder / source.path).is_dir():
            hint = "the path counts from the spec's own folder"
            problems.error("K309", f"the source of kits '{source.path}' is not a folder", place, hint)
