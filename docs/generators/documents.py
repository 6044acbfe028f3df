#!/usr/bin/env python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills in what README.md and the guides show, or checks with --check that it is what really happens.

- A block ```` ```console ```` is a session: its commands (``$ …``) are run, in order, and their output follows them.
  A session starts in a copy of what a clone holds, at ``/home/me/stack``; the sessions of a document are one.
- A block after ``<!-- file: docs/examples/x/kombination.yaml -->`` holds that file, and after
  ``<!-- file: docs/examples/x/kombination.yaml#services -->`` the section of that file.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
HOME = "/home/me"
CLONE = ("inventories", "docs/examples")
MOMENT = "1795219200"  # 2026-11-21: what depends on the day is shown as on this one
BLOCK = re.compile(
    r"^(?P<mark><!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


def documents() -> list[Path]:
    """Return the documents that are filled in."""
    return [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs/guides").glob("*.md"))]


def filled(text: str) -> str:
    """Return a document with its files and sessions as they are now."""
    with tempfile.TemporaryDirectory() as home:
        session = Session(Path(home))
        return BLOCK.sub(lambda block: _block(block, session), text)


class Session:
    """A shell that somebody works in: the folder stays from one command to the next."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "stack"
        for name in CLONE:
            ignored = shutil.ignore_patterns(".kombify", "*.lock")
            shutil.copytree(REPOSITORY / name, self.folder / name, ignore=ignored)

    def run(self, command: str) -> str:
        """Run a command and return what a terminal would show."""
        programs = Path(sys.executable).parent
        environment = {
            **{name: os.environ[name] for name in ("TMPDIR",) if name in os.environ},
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
            "SOURCE_DATE_EPOCH": MOMENT,
        }
        script = f"{command}\ncode=$?\npwd >{self.home}/.folder\nexit $code"
        ran = subprocess.run(
            ["bash", "-c", script],
            check=False,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.folder = Path((self.home / ".folder").read_text(encoding="utf-8").strip())
        shown = re.sub(r"^\s*\n(?=PLAY)", "", ran.stdout.replace(str(self.home), HOME))
        return "\n".join(line.rstrip() for line in shown.rstrip("\n").split("\n"))


def _block(block: re.Match[str], session: Session) -> str:
    if block["file"]:
        return f"{block['mark']}```{block['kind']}\n{_file(block['file'])}```"
    if block["kind"] == "console":
        return f"```console\n{_session(block['body'], session)}```"
    return block[0]


def _file(name: str) -> str:
    path, _hash, section = name.partition("#")
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    if not section:
        return text
    found = re.search(rf"^{re.escape(section)}:.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SystemExit(f"{path} has no section {section}")
    return found[0].rstrip("\n") + "\n"


def _session(body: str, session: Session) -> str:
    lines = []
    for command in _commands(body):
        lines.append(f"$ {command}")
        shown = session.run(command)
        if shown:
            lines.append(shown)
    return "\n".join(lines) + "\n"


def _commands(body: str) -> Iterator[str]:
    """Find the commands of a session; one that ends in a backslash goes on in the next line."""
    lines = iter(body.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line.removeprefix("$ ")
            while command.endswith("\\"):
                command += "\n" + next(lines)
            yield command


def main() -> int:
    """Return 0, or 1 when --check finds a document that is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail instead of writing")
    check = parser.parse_args().check
    stale = 0
    for path in documents():
        text = path.read_text(encoding="utf-8")
        now = filled(text)
        if now == text:
            continue
        if check:
            sys.stderr.write(f"{path.relative_to(REPOSITORY)} is not up to date: run make docs\n")
            stale = 1
        else:
            path.write_text(now, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
