"""Writing files: whole or not at all, and never over something that is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers import files
from kombify.cli.ending import Refused, Stop


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet; its folder is made."""
    _make_folder(path.parent)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{path} exists already", "choose another folder, or edit that file") from None
    except OSError as error:
        raise _unwritable(path, error) from None


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write or replace a file in one step: whoever reads it sees the old text or the new one."""
    try:
        files.write_whole(path, text, mode=mode)
    except OSError as error:
        raise _unwritable(path, error) from None


def write_folder(folder: Path, texts: Mapping[str, str], *, private: bool) -> None:
    """Write several files into a folder, the last one last: it tells that all others are there."""
    _make_folder(folder, mode=0o700 if private else 0o755)
    for name, text in texts.items():
        _make_folder((folder / name).parent, mode=0o700 if private else 0o755)
        write_whole(folder / name, text, mode=0o600 if private else 0o644)


def _make_folder(folder: Path, mode: int = 0o755) -> None:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(path: Path, error: OSError) -> Stop:
    return Stop(f"{path} cannot be written: {error.strerror or error}", "check the rights and the space of its folder")
