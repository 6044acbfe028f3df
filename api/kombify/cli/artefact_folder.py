"""A folder of files that we wrote: ours are replaced and removed, those of others are left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.artefacts import MANIFEST, hashes, manifest, sha256
from kombify.cli.ending import Refused, Stop
from kombify.cli.files import write_folder

SHOWN = 3


def replace(folder: Path, files: Mapping[str, str], unified: Unified, *, force: bool) -> None:
    """Write files and their manifest; refuse when that would destroy what is not ours."""
    if folder.exists() and not folder.is_dir():
        raise Stop(f"{folder} is not a folder", "name a folder, or one that does not exist yet")
    ours = {name: digest for name, digest in hashes(_read(folder / MANIFEST) or "").items() if _is_below(name)}
    foreign = [name for name, text in files.items() if _is_foreign(folder / name, text, ours.get(name))]
    if (folder / MANIFEST).exists() and not ours:
        foreign.append(MANIFEST)
    if foreign and not force:
        more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
        listed = ", ".join(foreign[:SHOWN]) + more
        raise Refused(
            f"{folder} holds files that are not as kombify wrote them: {listed}",
            "choose another folder, or --force to overwrite them",
        )
    _remove_old(folder, {name: digest for name, digest in ours.items() if name not in files})
    write_folder(folder, {**files, MANIFEST: manifest(unified, files)}, private=False)


def _is_foreign(path: Path, text: str, ours: str | None) -> bool:
    """Tell whether a file would be lost: it is there, says something else, and is not as we wrote it."""
    if path.is_symlink() or path.is_dir():
        return True
    present = _read(path)
    return present is not None and present != text and sha256(present) != ours


def _remove_old(folder: Path, old: Mapping[str, str]) -> None:
    for name, digest in old.items():
        present = _read(folder / name)
        if present is not None and sha256(present) == digest:
            (folder / name).unlink()


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "backslashreplace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _is_below(name: str) -> bool:
    """Tell whether a name in a manifest stays inside the folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
