"""`kombify backup`, `restore` and `worker` as their user sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kombify.cli.ending import guarded
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Job, Worker
from kombify.store.tokens import Scope, issue_token


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a service that does not run now."""
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'data' / 'kombify.db'}")
    migrate(database)
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="successful", request={}))
        session.add_all([Worker(id="nas", stacks={"home": {"kombination.yaml": "1"}})])
        session.add(Worker(id="pi", state="dead", stacks={"home": {"kombination.yaml": "2"}}))
        issue_token(session, "ann", Scope.READ)
    database.close()
    return tmp_path


def test_a_backup_is_made_read_and_restored_elsewhere(service: Path, capsys) -> None:
    assert guarded(["backup", "b.tar.gz"]) == 0
    assert guarded(["backup", "--verify", "b.tar.gz", "--format", "json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told[told.index("{") :])["rows"]["jobs"] == 1
    assert guarded(["restore", "b.tar.gz", "--data-dir", "elsewhere"]) == 0
    assert "Restored 1 jobs" in capsys.readouterr().out
    assert (service / "elsewhere" / "kombify.db").stat().st_mode & 0o777 == 0o600


def test_a_restore_over_something_is_refused_and_with_force_the_old_is_kept(service: Path, capsys) -> None:
    guarded(["backup", "b.tar.gz"])
    assert guarded(["restore", "b.tar.gz"]) == 3
    assert "--force" in capsys.readouterr().err
    assert guarded(["restore", "b.tar.gz", "--force"]) == 0
    assert "kombify.db.before-" in capsys.readouterr().out
    assert list((service / "data").glob("kombify.db.before-*"))


def test_a_damaged_backup_is_refused(service: Path, capsys) -> None:
    guarded(["backup", "b.tar.gz"])
    (service / "b.tar.gz").write_bytes((service / "b.tar.gz").read_bytes()[:-20])
    assert guarded(["backup", "--verify", "b.tar.gz"]) == 3
    assert guarded(["restore", "b.tar.gz", "--data-dir", "elsewhere"]) == 3
    assert "Traceback" not in capsys.readouterr().err
    assert not (service / "elsewhere" / "kombify.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup", "--data-dir", "nowhere"], "there is no service here"),
        (["backup", "--verify"], "which backup?"),
        (["backup", "--passphrase-file", "nowhere"], "nowhere"),
        (["restore", "nowhere"], "there is no nowhere"),
        (["worker", "forget", "nobody"], "there is no worker 'nobody'"),
        (["worker", "drain", "nobody"], "there is no worker 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(service: Path, capsys, words: list[str], said: str) -> None:
    assert guarded(words) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_worker_of_its_own_needs_postgresql(service: Path, capsys) -> None:
    assert guarded(["worker", "--stacks", "."]) == 3
    assert "KOMBISTACK_DATABASE_URL" in capsys.readouterr().err


def test_workers_are_listed_with_what_differs(service: Path, capsys) -> None:
    assert guarded(["worker", "list", "--format", "json"]) == 0
    nas, pi = json.loads(capsys.readouterr().out)
    assert (nas["id"], nas["differs"], pi["state"]) == ("nas", ["home: not the kombination.yaml of pi"], "dead")


def test_a_worker_is_drained_undrained_and_forgotten(service: Path, capsys) -> None:
    for words in (["drain", "nas"], ["undrain", "nas"], ["forget", "pi"]):
        assert guarded(["worker", *words]) == 0
    assert guarded(["worker", "forget", "nas"]) == 3
    assert "at work" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_unit_for_systemd_is_printed(service: Path, capsys, command: str) -> None:
    assert guarded([command, "--systemd"]) == 0
    unit = capsys.readouterr().out
    assert f"KOMBISTACK_DATA_DIR={service}/data" in unit
    assert {"KillMode=process", "NoNewPrivileges=yes"} <= set(unit.splitlines())
