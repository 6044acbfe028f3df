"""A job runs where it was ordered, or where the files of its stack are the same."""

from __future__ import annotations

import shutil

import pytest

from kombify.engine.origin import Origins
from kombify.engine.stacks import StackFolders
from kombify.store.models import Job, Worker


@pytest.fixture
def elsewhere(bench, tmp_path):
    """What another worker thinks of jobs that are ordered here; it has a copy of the stack ``home`` alone."""
    shutil.copytree(bench.stacks.folder("home"), tmp_path / "two" / "home")
    bench.other = StackFolders({"home": tmp_path / "two" / "home"})
    bench.origins = Origins(bench.database, bench.other, "two")
    return bench


def test_a_worker_with_the_same_files_may_begin(elsewhere) -> None:
    assert elsewhere.origins.obstacle(elsewhere.job(elsewhere.launch())) == ""


def test_one_with_other_files_may_not_and_says_which_and_what_to_do(elsewhere) -> None:
    (elsewhere.other.folder("home") / "kombination.yaml").write_text("name: home\nold: true\n")
    obstacle = elsewhere.origins.obstacle(elsewhere.job(elsewhere.launch()))
    assert "kombination.yaml of stack 'home' on worker 'two' differ" in obstacle
    assert "copy the folder from 'one' to 'two'" in obstacle


def test_one_without_the_stack_may_not(elsewhere) -> None:
    assert "does not have stack 'cabin'" in elsewhere.origins.obstacle(elsewhere.job(elsewhere.launch("cabin")))


def test_where_it_was_ordered_files_may_change_meanwhile(elsewhere) -> None:
    job = elsewhere.job(elsewhere.launch())
    (elsewhere.stacks.folder("home") / "kombination.yaml").write_text("name: home\nnew: true\n")
    assert Origins(elsewhere.database, elsewhere.stacks, "one").obstacle(job) == ""


def test_a_job_of_a_workflow_is_where_its_workflow_is(elsewhere) -> None:
    workflow = elsewhere.launch("cabin")
    with elsewhere.database.begin() as session:
        session.add(job := Job(kind="job", stack="cabin", state="pending", request={}, parent_id=workflow))
    assert "'cabin'" in elsewhere.origins.obstacle(elsewhere.job(job.id))


def test_a_job_of_an_older_version_runs_anywhere(elsewhere) -> None:
    with elsewhere.database.begin() as session:
        session.add(job := Job(kind="job", stack="cabin", state="pending", request={}))
    assert elsewhere.origins.obstacle(elsewhere.job(job.id)) == ""


@pytest.mark.parametrize(
    ("worker", "state", "same", "able"),
    [("one", "running", False, True), ("three", "running", True, True), ("three", "running", False, False)]
    + [("one", state, True, False) for state in ("draining", "drained", "dead", "stopped")],
)
def test_who_could_begin_it_instead(elsewhere, worker: str, state: str, same: bool, able: bool) -> None:
    job = elsewhere.job(elsewhere.launch())
    stacks = {"home": job.origin["files"] if same else {"kombination.yaml": "0"}}
    with elsewhere.database.begin() as session:
        session.add(Worker(id=worker, state=state, stacks=stacks))
    assert elsewhere.origins.somebody_else(job) is able


def ordered_elsewhere(working, digest: str) -> int:
    job_id = working.launch("home", "wait")
    with working.database.begin() as session:
        job = session.get_one(Job, job_id)
        job.origin = {"worker": "two", "files": {**job.origin["files"], "kombination.yaml": digest}}
    return job_id


def test_a_worker_waits_with_a_job_for_its_files_and_says_so(bench) -> None:
    spec = bench.stacks.folder("home") / "kombination.yaml"
    (right,) = bench.stacks.fingerprint("home").values()
    here = spec.read_text()
    job_id = ordered_elsewhere(bench, right)
    spec.write_text("name: other\n")
    bench.engine.start()
    try:
        bench.until(lambda: "copy the folder from 'two' to 'one'" in bench.job(job_id).message)
        assert (bench.job(job_id).state, bench.folders()) == ("waiting", [])
        spec.write_text(here)
        (bench.stacks.folder("home") / "go").touch()
        job = bench.ended(job_id)
        assert (job.state, job.message) == ("successful", "")
    finally:
        bench.engine.stop()


def test_a_job_that_waits_for_files_can_be_canceled(bench) -> None:
    job_id = ordered_elsewhere(bench, "another")
    bench.engine.start()
    try:
        bench.until(lambda: "waits" in bench.job(job_id).message)
        bench.engine.orders.cancel(job_id)
        assert bench.ended(job_id).state == "canceled"
        assert bench.folders() == []
    finally:
        bench.engine.stop()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_job_is_passed_to_a_worker_that_has_its_files(bench) -> None:
    job_id = ordered_elsewhere(bench, "another")
    with bench.database.begin() as session:
        session.add(Worker(id="two", state="running"))
    bench.engine.start()
    try:
        bench.until(lambda: bench.job(job_id).enqueued > 2)
    finally:
        bench.engine.stop()
    assert bench.folders() == []
