"""What operators do to a service where it lives: with its settings and its database, also while it does not run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from kombify.cli import serving
from kombify.cli.ending import Refused, Stop
from kombify.engine.errors import EngineError, NotFound
from kombify.server.settings import Settings
from kombify.store.database import Database
from kombify.store.errors import StoreError


def settings(data_dir: Path | None = None, **given: object) -> Settings:
    """Return the settings of the service of this folder."""
    known = {"data_dir": data_dir, **given}
    return serving.settings({name: value for name, value in known.items() if value is not None})


@contextmanager
def database_of(known: Settings, *, there: bool = True) -> Iterator[Database]:
    """Open the database of a service; what is wrong with it ends the command. Usually it has to be there already."""
    try:
        database = Database(known.url_of_database)
        if there and database.file is not None and not database.file.exists():
            where = "say where its files are: --data-dir, KOMBISTACK_DATA_DIR, or data_dir in kombistack.yaml"
            raise Stop(f"there is no service here: no {database.file}", where)
        try:
            yield database
        finally:
            database.close()
    except NotFound as error:
        raise Stop(str(error), error.hint) from None
    except (EngineError, StoreError) as error:
        raise Refused(str(error), error.hint) from None
    except SQLAlchemyError as error:
        raise Stop(f"the database cannot be used: {str(error).splitlines()[0]}", "look whether it runs") from None


def passphrase(file: Path | None) -> str | None:
    """Read a passphrase: the first line of a file."""
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise Stop(f"{file} holds no passphrase", "its first line is the passphrase")
    return lines[0]


def default_file(moment: datetime, *, sealed: bool) -> Path:
    """Return how a backup of this moment is called."""
    return Path(f"kombify-backup-{moment:%Y%m%d-%H%M%S}.tar.gz{'.age' if sealed else ''}")
