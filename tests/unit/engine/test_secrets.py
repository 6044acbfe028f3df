"""A secret reaches the play, and nothing that anybody can read later."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from kombify.store.models import Base, Drift

CANARY = "canary-7f3a9c1e5b"


def holding(folder: Path) -> list[Path]:
    """Return the files in which the secret is."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_socket()]
    return [path for path in files if CANARY.encode() in path.read_bytes()]


def test_a_secret_is_not_in_the_differences_of_a_look_for_drift(working, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CANARY_SOURCE", CANARY)
    asked = {"check": True, "diff": True, "purpose": "drift", "secrets": {"dsn": "env:CANARY_SOURCE"}}
    job = working.ended(working.launch(playbook="keep", **asked))
    with working.database.read() as session:
        found = session.scalars(select(Drift).where(Drift.job_id == job.id)).one().differences
    assert [(one["host"], one["task"], one["before"]) for one in found] == [("nas", "Keep it", "")]
    assert (CANARY in str(found), "(hidden)" in found[0]["after"]) == (False, True)
    assert not (tmp_path / "home" / "kept").exists()


def test_a_secret_is_nowhere_but_in_the_play(working, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CANARY_SOURCE", CANARY)
    job = working.ended(working.launch(playbook="tell", secrets={"dsn": "env:CANARY_SOURCE"}))
    assert (job.state, (tmp_path / "home" / "length").read_text()) == ("successful", str(len(CANARY)))
    assert holding(tmp_path) == []
    with working.database.engine.connect() as connection:
        stored = {name: str(connection.execute(select(table)).all()) for name, table in Base.metadata.tables.items()}
    assert [name for name, rows in stored.items() if CANARY in rows] == []
    assert "(hidden)" in stored["events"]
