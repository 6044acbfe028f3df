# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue: where kits are found. Sources are asked in order, the first that has a kit wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.kits.index import read_index
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.reading import KIT_FILE, read_kit
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem, Problems

BUILTIN = Path(__file__).resolve().parents[3] / "stackkits"
"""The kits that come with the collection."""


class Catalogue:
    """Kits of several sources, read when they are asked for, and once."""

    def __init__(self, sources: Mapping[str, Path] | None = None) -> None:
        self._sources = dict(sources) if sources is not None else {"builtin": BUILTIN}
        self._read: dict[Path, tuple[Kit | None, tuple[Problem, ...]]] = {}
        self._names: dict[str, dict[str, Path]] = {}
        self._provided: dict[str, dict[str, frozenset[str]]] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources, in the order in which they are asked."""
        return tuple(self._sources)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The directories of the sources, in the order in which they are asked."""
        return tuple(self._sources.values())

    def get(self, name: str) -> Kit | None:
        """Return a kit by ``name`` or ``name@source``; None when it is unknown or has errors."""
        return self._load(name)[0]

    def problems(self, name: str) -> tuple[Problem, ...]:
        """Return what is wrong with a kit's file; nothing when there is no such kit."""
        return self._load(name)[1]

    def names(self) -> list[str]:
        """Return the names of all kits, without reading any."""
        return sorted({name for source in self._sources for name in self._folders(source)})

    def providers(self, capability: str) -> list[str]:
        """Return the names of the kits that supply a capability."""
        return [name for name in self.names() if capability in self._capabilities(name)]

    def _find(self, name: str) -> tuple[str, Path] | None:
        """Return the source and the folder of a kit."""
        plain, _at, wanted = name.partition("@")
        for source in self._sources:
            folder = self._folders(source).get(plain) if wanted in ("", source) else None
            if folder is not None:
                return source, folder
        return None

    def _folders(self, source: str) -> dict[str, Path]:
        if source not in self._names:
            directory = self._sources[source]
            folders = sorted(directory.iterdir()) if directory.is_dir() else []
            self._names[source] = {folder.name: folder for folder in folders if (folder / KIT_FILE).is_file()}
        return self._names[source]

    def _load(self, name: str) -> tuple[Kit | None, tuple[Problem, ...]]:
        found = self._find(name)
        if found is None:
            return None, ()
        source, folder = found
        if folder not in self._read:
            problems = Problems()
            kit = read_kit(folder, source, problems)
            self._read[folder] = kit, tuple(problems)
        return self._read[folder]

    def _capabilities(self, name: str) -> frozenset[str]:
        """Return what a kit supplies: from its source's index, or from the kit where there is none."""
        source, _folder = self._find(name) or ("", Path())
        if source not in self._provided:
            self._provided[source] = read_index(self._sources[source])
        known = self._provided[source].get(name)
        if known is None:
            kit = self.get(name)
            known = frozenset(provided.type for provided in kit.provides) if kit else frozenset()
            self._provided[source][name] = known
        return known
