"""The modules of the collection ``awx.awx``, unmodified, in real playbooks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kombify.engine.engine import Engine
from kombify.engine.requests import JobRequest, PhaseRequest, WorkflowRequest
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import find_stacks
from kombify.store.database import Database

if TYPE_CHECKING:
    from conftest import Controller

LAUNCH = Path(__file__).parents[3] / "docs/examples/awx-clients/launch.yml"
QUIET = {
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_DEPRECATION_WARNINGS": "false",
}


def module(controller: Controller, what: str, /, *more: str, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    """Run one module, and return whether it went well, and what it said."""
    words = ("localhost", "-o", "-m", f"awx.awx.{what}", "-a", json.dumps(arguments), *more)
    ran = controller.run("ansible", *words, **QUIET)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("localhost |"))
    assert "[WARNING]" not in ran.stdout, ran.stdout
    return ran.returncode == 0, dict(json.loads(line.split(" => ", 1)[1]))


def hold(controller: Controller) -> int:
    _good, said = module(controller, "job_launch", name="home: hold", organization="home")
    controller.until(lambda: controller.get(f"jobs/{said['id']}")["status"] == "running")
    return int(said["id"])


def test_the_playbook_of_the_guide_launches_and_waits(controller: Controller) -> None:
    ran: subprocess.CompletedProcess[str] = controller.run("ansible-playbook", str(LAUNCH))
    assert ran.returncode == 0, ran.stdout
    assert "failed=0" in ran.stdout
    job = controller.jobs(name="home: note")[0]
    assert (job["status"], job["limit"], job["extra_vars"]) == ("successful", "nas", '{"reason": "a test"}')
    assert len(controller.jobs("workflow_jobs", name="home: plan")) == 1


def test_a_job_is_waited_for_at_its_launch_and_its_failure_is_the_tasks(controller: Controller) -> None:
    good, said = module(controller, "job_launch", name="home: note", wait=True, tags=["x"], diff_mode=True)
    assert (good, said["status"]) == (True, "successful")
    good, said = module(controller, "job_launch", name="home: fail", wait=True, inventory="home", job_type="run")
    assert (good, said["job_data"]["status"]) == (False, "failed")
    good, said = module(controller, "job_wait", job_id=said["job_data"]["id"])
    assert (good, said["status"]) == (False, "failed")


def test_what_is_refused_comes_back_with_its_field(controller: Controller) -> None:
    good, said = module(controller, "job_launch", name="home: note", limit="na*")
    assert (good, said["response"]["status_code"], list(said["response"]["json"])) == (False, 400, ["limit"])
    good, said = module(controller, "job_launch", name="home: note", scm_branch="main")
    assert (good, "scm_branch" in said["errors"][0]) == (False, True)
    good, said = module(controller, "job_launch", name="home: nothing")
    assert (good, "Unable to find job template" in said["msg"]) == (False, True)


def test_a_job_is_canceled_and_one_that_has_ended_is_not(controller: Controller) -> None:
    job = hold(controller)
    assert module(controller, "job_cancel", job_id=job) == (True, {"changed": True})
    good, said = module(controller, "job_wait", job_id=job, timeout=600)
    assert (good, said["status"]) == (False, "canceled")
    assert module(controller, "job_cancel", job_id=job) == (True, {"changed": False})
    assert module(controller, "job_cancel", job_id=job, fail_if_not_running=True)[0] is False


def test_a_timeout_of_the_client_ends_its_waiting_and_not_the_job(controller: Controller) -> None:
    job = hold(controller)
    good, said = module(controller, "job_wait", job_id=job, timeout=1, interval=0.5)
    assert (good, "timeout" in said["msg"], said["status"]) == (False, True, "running")
    controller.go()
    assert module(controller, "job_wait", job_id=job, timeout=600)[1]["status"] == "successful"


def test_a_workflow_is_launched_and_its_failure_is_the_tasks(controller: Controller) -> None:
    good, said = module(controller, "workflow_launch", name="home: plan", organization="home", timeout=600)
    assert (good, said["job_data"]["failed"]) == (False, True)


def test_a_workflow_that_goes_well_is_waited_for(controller: Controller) -> None:
    good, said = module(controller, "job_wait", job_id=_good_workflow(controller), job_type="workflow_jobs")
    assert (good, said["status"]) == (True, "successful")


def test_a_name_and_a_token_as_its_password_open_the_door_too(controller: Controller) -> None:
    known = {"controller_username": "me", "controller_password": controller.token, "controller_oauthtoken": ""}
    good, said = module(controller, "job_list", **known)
    assert (good, said["count"]) == (True, controller.get("jobs")["count"])
    good, said = module(controller, "job_list", **{**known, "controller_password": "another"})
    assert (good, "401" in said["msg"]) == (False, True)


def test_check_mode_launches_nothing(controller: Controller) -> None:
    before = controller.get("jobs")["count"]
    assert module(controller, "job_launch", "--check", name="home: note")[1]["changed"] is True
    assert controller.get("jobs")["count"] == before


def _good_workflow(controller: Controller) -> int:
    """Launch a workflow that ends ``running``, as a deployment does: the machines of this stack are not there."""
    note = JobRequest(playbook=str(controller.stack / "playbooks/note.yml"))
    phases = (PhaseRequest(name="note", state="deploying", job=note),)
    database = Database(f"sqlite:///{controller.folder / 'data/kombify.db'}")
    engine = Engine(database, find_stacks(controller.stack), EngineSettings(data=controller.folder / "data"))
    launched = engine.orders.launch("home", WorkflowRequest(phases=phases, title="deployment", success="running"))
    database.close()
    return launched.id
