"""ansible-rulebook, unmodified: what its rules launch runs once, also when the service is killed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from conftest import Controller

GUIDE = Path(__file__).parents[3] / "docs/examples/awx-clients/rulebook.yml"
HOLD = Path(__file__).with_name("rulebooks") / "hold.yml"
TEXT = "{{ 1 + 1 }} #jinja2: {% raw %}"
ALERTS = f"- alert: hold\n  text: '{TEXT}'\n"


def start(controller: Controller, rulebook: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    where = ("--controller-url", controller.url, "--rulebook", str(rulebook), "--verbose")
    return controller.open("ansible-rulebook", *where, *words, EDA_JOB_TEMPLATE_REFRESH_DELAY="1", **more)


def with_token(controller: Controller) -> tuple[str, str]:
    return ("--controller-token", controller.token)


def labels(job: dict[str, object]) -> list[str]:
    summary = job["summary_fields"]
    assert isinstance(summary, dict)
    return sorted(one["name"].partition("uuid")[0] for one in summary["labels"]["results"])


def test_the_rulebook_of_the_guide_launches_a_job_and_on_its_result_a_workflow(controller: Controller) -> None:
    rules = start(controller, GUIDE, *with_token(controller))
    controller.until(lambda: any(one["finished"] for one in controller.jobs("workflow_jobs")))
    rules.terminate()
    rules.communicate(timeout=900)
    (job,) = controller.jobs(name="home: note")
    assert (job["status"], job["limit"]) == ("successful", "")
    assert job["artifacts"] == {"noted": "the disk of nas is filling"}
    assert labels(job) == ["Activated by Event-Driven Ansible", "eda-event-"]
    (workflow,) = controller.jobs("workflow_jobs")
    assert (workflow["name"], workflow["type"]) == ("home: plan", "workflow_job")
    assert labels(workflow) == ["Activated by Event-Driven Ansible", "eda-event-"]


def test_a_service_that_is_killed_meanwhile_costs_a_rule_nothing(mortal: Controller) -> None:
    (mortal.folder / "alerts.yml").write_text(ALERTS)
    who = ("--controller-username", "me", "--controller-password", mortal.token)
    rules = start(mortal, HOLD, *who, "--env-vars", "PAYLOAD", PAYLOAD=str(mortal.folder / "alerts.yml"))
    mortal.until(lambda: [job["status"] for job in mortal.jobs(name="home: hold")] == ["running"])
    mortal.stop()
    mortal.go()
    mortal.start()
    mortal.until(lambda: any(job["finished"] for job in mortal.jobs(name="home: note")))
    rules.terminate()
    rules.communicate(timeout=900)
    held, noted = mortal.jobs()
    kept = {"held": True, "text": TEXT}  # an alert's text is no template
    assert (held["name"], held["status"], held["artifacts"]) == ("home: hold", "successful", kept)
    assert (noted["name"], noted["status"]) == ("home: note", "successful")
    assert (mortal.stack / "ran").read_text().split() == ["once"]
