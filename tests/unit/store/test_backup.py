"""A backup is all that the service knows at one moment, in one file that nobody else may read."""

from __future__ import annotations

import gzip
import io
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kombify.store.backup import backup, verify
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.models import Event, Job, Run, Token
from kombify.store.tokens import Scope, issue_token

WORDS = "open sesame"


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    """A database with a job that has ended, its log, and a token."""
    folder = tmp_path / "job"
    (folder / "env").mkdir(parents=True)
    (folder / "stdout.log").write_text("ok: [nas]\n")
    (folder / "env" / "extravars").write_text("password: canary-7c1\n")
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="successful", request={"playbook": "x"}))
        session.flush()
        session.add(Run(job_id=1, worker="one", folder=str(folder)))
        session.add_all(Event(job_id=1, counter=number, event="verbose", data={"n": number}) for number in range(1, 40))
        issue_token(session, "ann", Scope.ADMIN)
    return database


@pytest.fixture
def file(filled: Database, tmp_path: Path) -> Path:
    backup(filled, tmp_path / "b.tar.gz")
    return tmp_path / "b.tar.gz"


def parts(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {head.name: tar.extractfile(head).read() for head in tar}


def rewritten(file: Path, change) -> Path:
    """The same archive with other parts, well formed."""
    found = change(parts(file))
    with tarfile.open(file, "w:gz") as tar:
        for name, data in found.items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            tar.addfile(head, io.BytesIO(data))
    return file


def test_it_says_what_is_in_it_and_verify_says_the_same(filled: Database, tmp_path: Path) -> None:
    made = backup(filled, tmp_path / "b.tar.gz")
    assert (made.rows["jobs"], made.rows["events"], made.rows["tokens"], made.logs) == (1, 39, 1, 1)
    assert verify(tmp_path / "b.tar.gz") == made


def test_nobody_else_may_read_it(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.glob("b.tar.gz*")] == ["b.tar.gz"]


def test_any_tar_opens_it_and_no_secret_is_in_it(file: Path, filled: Database) -> None:
    found = parts(file)
    assert found["logs/1/stdout.log"] == b"ok: [nas]\n"
    assert b"canary-7c1" not in b"".join(found.values())
    with filled.read() as session:
        assert session.scalars(select(Token.digest)).one().encode() in found["tables/tokens/000001.ndjson"]
    assert not any(name.startswith("tables/workflow_status") for name in found)


def test_the_service_goes_on_while_it_is_made_and_what_comes_later_is_not_in_it(filled: Database, tmp_path) -> None:
    from kombify.store import backup as module

    with module._snapshot(filled) as connection:
        connection.execute(select(func.count(Job.id))).all()
        later = threading.Thread(target=_add_job, args=(filled,))
        later.start()
        later.join(60)
        assert not later.is_alive(), "a writer had to wait"
        assert connection.scalar(select(func.count(Job.id))) == 1
    with filled.read() as session:
        assert session.scalar(select(func.count(Job.id))) == 2


def _add_job(database: Database) -> None:
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="pending", request={}))


def test_a_big_table_comes_in_many_parts(filled: Database, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("kombify.store.backup.PART", 500)
    made = backup(filled, tmp_path / "b.tar.gz")
    assert len([name for name in parts(tmp_path / "b.tar.gz") if name.startswith("tables/events/")]) > 3
    assert verify(tmp_path / "b.tar.gz").rows == made.rows


def test_a_file_that_is_there_is_not_replaced(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("dear")
    with pytest.raises(StoreError, match="exists already"):
        backup(filled, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "dear"


def test_an_empty_database_is_said_so_and_leaves_no_file(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    with pytest.raises(StoreError, match="nothing to back up"):
        backup(database, tmp_path / "b.tar.gz")
    database.close()
    assert list(tmp_path.glob("b.tar.gz*")) == []


def test_a_sealed_one_needs_its_passphrase(filled: Database, tmp_path: Path) -> None:
    made = backup(filled, tmp_path / "b.age", passphrase=WORDS)
    assert b"home" not in (tmp_path / "b.age").read_bytes()
    assert verify(tmp_path / "b.age", passphrase=WORDS) == made
    with pytest.raises(StoreError, match="is sealed with a passphrase"):
        verify(tmp_path / "b.age")
    with pytest.raises(StoreError, match="does not open"):
        verify(tmp_path / "b.age", passphrase=WORDS[1:])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_a_backup_without_its_end_is_refused(file: Path, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: min(int(len(data) * share), len(data) - 1)])
    with pytest.raises(StoreError) as refused:
        verify(file)
    assert refused.value.hint


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.999])
def test_a_backup_with_a_changed_byte_is_refused(file: Path, share: float) -> None:
    data = bytearray(file.read_bytes())
    data[min(int(len(data) * share), len(data) - 1)] ^= 0x55
    file.write_bytes(data)
    with pytest.raises(StoreError):
        verify(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {**found, "tables/jobs/000001.ndjson": b"[]\n"},
        lambda found: {name: data for name, data in found.items() if not name.startswith("tables/jobs")},
        lambda found: {name: data for name, data in found.items() if name != "checksums.json"},
    ],
    ids=["changed", "missing", "no checksums"],
)
def test_a_part_that_is_not_what_was_written_is_refused(file: Path, change) -> None:
    rewritten(file, change)
    with pytest.raises(StoreError, match=r"was altered|cut off"):
        verify(file)


@pytest.mark.parametrize(
    ("old", "new"), [(b'"form": 1', b'"form": 2'), (b'"revision": "', b'"revision": "9')], ids=["form", "revision"]
)
def test_a_backup_of_a_newer_version_is_refused(file: Path, old: bytes, new: bytes) -> None:
    rewritten(file, lambda found: {**found, "manifest.json": found["manifest.json"].replace(old, new)})
    with pytest.raises(StoreError, match="newer version") as refused:
        verify(file)
    assert "install that version" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"hello", gzip.compress(b"hello")], ids=["empty", "text", "gzip"])
def test_any_other_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(StoreError, match=r"backup of kombify|cut off"):
        verify(tmp_path / "x")
