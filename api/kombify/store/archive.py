"""The file of a backup: a tar.gz that begins with what it is and ends with the checksums of all that is in it.

It is written and read in one go, whatever its size. Without its end, or with one byte changed, it is no backup: who
reads it gets a :class:`StoreError` before the last part is over, and must not keep what came before.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import orjson

from kombify.store.errors import StoreError
from kombify.store.sealing import Opener, Sealer, is_sealed

FORM = 1
"""Counts up when an older version of kombify could not read the file any more."""
MANIFEST = "manifest.json"
CHECKSUMS = "checksums.json"
LEVEL = 3
"""Of compression: more would take twice the time and save a tenth."""
BUFFER = 1 << 20


class Part(NamedTuple):
    """One file in the archive."""

    name: str
    data: bytes


class Writer:
    """Adds parts to an archive."""

    def __init__(self, file: BinaryIO) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self._sums: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        """Add a part."""
        head = tarfile.TarInfo(name)
        head.size, head.mode = len(data), 0o600
        self._tar.addfile(head, io.BytesIO(data))
        self._sums[name] = hashlib.sha256(data).hexdigest()

    def close(self) -> None:
        """Write the end, without which it is no backup."""
        self.add(CHECKSUMS, orjson.dumps(self._sums))
        self._tar.close()


@contextmanager
def writing(path: Path, passphrase: str | None = None) -> Iterator[Writer]:
    """Write an archive, which is there under its name when it is complete, and not before. Only its owner may read it.

    Raises :class:`StoreError` when there is such a file already.
    """
    if path.exists():
        raise StoreError(f"{path} exists already", "give another name, or remove it")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with ExitStack() as stack:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            file: Any = stack.enter_context(os.fdopen(handle, "wb", buffering=BUFFER))
            stack.callback(os.fsync, handle)
            stack.callback(file.flush)
            if passphrase is not None:
                file = stack.enter_context(io.BufferedWriter(Sealer(file, passphrase)))
            file = stack.enter_context(gzip.GzipFile(fileobj=file, mode="wb", compresslevel=LEVEL, filename=""))
            writer = Writer(cast("BinaryIO", file))
            yield writer
            writer.close()
        os.link(unfinished, path)  # unlike a rename, this replaces nothing
    except FileExistsError:
        raise StoreError(f"{path} exists already", "give another name, or remove it") from None
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def reading(path: Path, passphrase: str | None = None) -> Iterator[tuple[dict[str, Any], Iterator[Part]]]:
    """Read an archive: what it says it is, and its parts. Going through all of them proves that it is whole."""
    with ExitStack() as stack:
        file: Any = stack.enter_context(path.open("rb", buffering=BUFFER))
        if is_sealed(file):
            if passphrase is None:
                raise StoreError(f"{path} is sealed with a passphrase", "give it: --passphrase-file FILE")
            file = stack.enter_context(io.BufferedReader(Opener(file, passphrase), BUFFER))
        parts = _parts(path, file)
        first = next(parts, None)
        if first is None or first.name != MANIFEST:
            raise StoreError(f"{path} is no backup of kombify", "see: kombify backup --help")
        yield _manifest(path, first.data), parts


def _parts(path: Path, file: BinaryIO) -> Iterator[Part]:
    """Yield the parts but the last one, which tells whether the others are what was written."""
    sums: dict[str, str] = {}
    said: dict[str, str] | None = None
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            for head in tar:
                content = tar.extractfile(head)
                data = content.read() if content is not None else b""
                if head.name == CHECKSUMS:
                    said = orjson.loads(data)
                    continue
                sums[head.name] = hashlib.sha256(data).hexdigest()
                yield Part(head.name, data)
            while plain.read(BUFFER):  # the checksum of the compressed file stands at its end
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as broken:
        what = "is cut off" if isinstance(broken, EOFError) else "is no backup of kombify, or damaged"
        raise StoreError(f"{path} {what}: {broken}", "take another backup") from None
    if said is None:
        raise StoreError(f"{path} is cut off: its end is missing", "take another backup")
    if said != sums:
        wrong = sorted(name for name in said.keys() | sums.keys() if said.get(name) != sums.get(name))
        raise StoreError(f"{path} was altered: {', '.join(wrong[:3])}", "take another backup")


def _manifest(path: Path, data: bytes) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise StoreError(f"{path} was altered: {MANIFEST}", "take another backup") from None
    if manifest.get("form", 0) > FORM:
        version = manifest.get("kombify", "?")
        raise StoreError(f"{path} was made by a newer version of kombify ({version})", "install that version")
    return manifest
