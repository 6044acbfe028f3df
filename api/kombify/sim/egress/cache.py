"""Packages that were fetched once: files whose content never changes under the same address."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

_UNFINISHED = ".part-"


class PackageCache:
    """A folder with a file for each package, below the name of its host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, url: str) -> Path | None:
        """Return where the answer of an address is kept; None for what may change, such as the list of packages."""
        split = urlsplit(url)
        parts = unquote(split.path).strip("/").split("/")
        constant = parts[-1].endswith(".deb") or parts[-3:-2] == ["by-hash"]
        safe = all(part and not part.startswith(".") and "\0" not in part for part in parts)
        if not constant or not safe or split.query or split.hostname is None:
            return None
        return self.folder.joinpath(f"{split.hostname}:{split.port or 80}", *parts)

    @contextmanager
    def writing(self, place: Path) -> Iterator[IO[bytes]]:
        """Write a file that appears when it is complete; an exception throws away what there is of it."""
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=_UNFINISHED, delete=False) as file:
            unfinished = Path(file.name)
            try:
                yield file
                file.flush()
                unfinished.replace(place)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise

    def sweep(self, before: float) -> None:
        """Remove what killed proxies left unfinished before a moment, in seconds since the epoch."""
        for path in self.folder.rglob(f"{_UNFINISHED}*"):
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
