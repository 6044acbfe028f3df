# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made of, as files: an inventory that is kept holds until one of these changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import (
    FACTS_NAME,
    LOCK_NAME,
    STATE_FOLDER,
    Project,
)
from ansible_collections.kombify.stack.plugins.module_utils.kits.index import INDEX_FILE
from ansible_collections.kombify.stack.plugins.module_utils.kits.reading import KIT_FILE


def inputs_of(project: Project) -> list[Path]:
    """Return every file and folder whose content, presence or absence shapes the plan of a project."""
    own = [*project.spec.files, *project.spec.absent]
    beside = [project.folder / LOCK_NAME, project.folder / STATE_FOLDER / FACTS_NAME]
    kits = [path for folder in project.catalogue.folders for path in _kits_in(folder)]
    return [Path(path).absolute() for path in dict.fromkeys([*map(Path, own), *beside, *kits])]


def _kits_in(folder: Path) -> Iterator[Path]:
    """A source of kits: which there are, and what each says; a kit may come into a folder that had none."""
    yield folder
    yield folder / INDEX_FILE
    if folder.is_dir():
        yield from (kit / KIT_FILE for kit in sorted(folder.iterdir()) if kit.is_dir())
