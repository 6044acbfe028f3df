"""Jobs that the queue believes to be at work, and that nobody works on."""

from __future__ import annotations

from sqlalchemy import text

from kombify.store.models import Job


def test_a_job_that_was_taken_from_the_queue_and_then_dropped_is_brought_again(working, monkeypatch) -> None:
    """The database failed between the two."""
    put = working.engine.orders._put
    table = "workflow_status" if working.database.is_sqlite else "dbos.workflow_status"

    def put_and_take(session, job_id, *rest) -> None:
        put(session, job_id, *rest)
        taken = f"UPDATE {table} SET status = 'PENDING', executor_id = 'one' WHERE workflow_uuid LIKE :name"  # noqa: S608
        session.execute(text(taken), {"name": f"job-{job_id}-%"})

    monkeypatch.setattr(working.engine.orders, "_put", put_and_take)
    dropped = working.launch(playbook="note", variables={"note": "dropped"})
    monkeypatch.undo()
    assert working.ended(dropped).state == "successful"
    assert (working.stacks.folder("home") / "notes").read_text().split() == ["dropped"]
    with working.database.read() as session:
        assert session.get_one(Job, dropped).enqueued == 1


def test_a_job_that_is_at_work_is_no_stray(working) -> None:
    job_id = working.launch(playbook="wait")
    working.running(job_id)
    assert [working.engine.find_strays() for _ in range(3)] == [set()] * 3
    (working.stacks.folder("home") / "go").touch()
    assert working.ended(job_id).state == "successful"


def test_a_job_that_was_taken_from_the_queue_before_a_kill_keeps_its_place(bench) -> None:
    first, second = (bench.launch(playbook="note", variables={"note": note}) for note in ("first", "second"))
    table = "workflow_status" if bench.database.is_sqlite else "dbos.workflow_status"
    with bench.database.begin() as session:
        taken = f"UPDATE {table} SET status = 'PENDING', executor_id = 'one' WHERE workflow_uuid LIKE :name"  # noqa: S608
        session.execute(text(taken), {"name": f"job-{first}-%"})
    bench.engine.start()
    try:
        assert [bench.ended(job_id).state for job_id in (first, second)] == ["successful"] * 2
    finally:
        bench.engine.stop()
    assert (bench.stacks.folder("home") / "notes").read_text().split() == ["first", "second"]
