"""``kombify worker`` for stacks whose hosts are in a plain file: ``python worker.py NAME FOLDER``.

Everything else is the command's own: settings come from the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kombify.cli import working
from kombify.cli.output import Output
from kombify.engine.stacks import StackFolders
from kombify.server.settings import load_settings


class LocalStacks(StackFolders):
    """Stacks whose hosts are in a plain file."""

    def inventories(self, name: str) -> tuple[str, ...]:
        return (str(self.folder(name) / "hosts.ini"),)


def stacks_in(folder: Path) -> LocalStacks:
    return LocalStacks({path.parent.name: path.parent for path in folder.glob("*/hosts.ini")})


if __name__ == "__main__":
    name, folder = sys.argv[1], Path(sys.argv[2])
    working.find_stacks = stacks_in
    settings = load_settings(worker=name, data_dir=folder / "data", stacks_dir=folder, jobs_at_once=2)
    working.work(Output(), settings, log_format="text")
