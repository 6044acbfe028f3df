"""The ``awx`` command of awxkit, unmodified."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from kombify.store.tokens import Scope

if TYPE_CHECKING:
    from conftest import Controller

from pathlib import Path

COMMANDS = Path(__file__).parents[3] / "docs/examples/awx-clients/commands.sh"


def test_the_commands_of_the_guide_do_what_it_says(controller: Controller) -> None:
    ran = controller.run(str(COMMANDS))
    assert ran.returncode == 0, ran.stdout
    for said in ("home: site", "TASK [Say what happened]", '"msg": "a test"', "nas", "PLAY RECAP", "successful"):
        assert said in ran.stdout
    job = controller.jobs(name="home: note")[0]
    assert (job["limit"], job["artifacts"]) == ("nas", {"noted": "a test"})


def test_the_output_of_a_job_is_shown_as_ansible_printed_it(controller: Controller) -> None:
    job = controller.awx_json("job_templates", "launch", "home: note", "--wait")
    said = controller.awx("jobs", "stdout", str(job["id"])).stdout
    assert said.count("PLAY RECAP") == 1
    assert "ok: [nas]" in said
    assert "\x1b" not in said
    assert "\x1b[" in controller.awx("--conf.color", "true", "jobs", "stdout", str(job["id"])).stdout


def test_all_that_a_launch_may_say_arrives(controller: Controller) -> None:
    controller.awx_json("labels", "create", "--name", "fish", "--organization", "home")
    words = ["--limit", "nas,pi", "--job_type", "check", "--verbosity", "1", "--diff_mode", "true"]
    words += ["--job_tags", "a,b", "--labels", "fish", "--inventory", "home", "-e", '{"reason": ["x"]}']
    job = controller.awx_json("job_templates", "launch", "home: note", *words)
    asked = [job[name] for name in ("limit", "job_type", "verbosity", "diff_mode", "job_tags", "extra_vars")]
    assert asked == ["nas,pi", "check", 1, True, "a,b", '{"reason": ["x"]}']
    assert [one["name"] for one in job["summary_fields"]["labels"]["results"]] == ["fish"]
    assert [one["id"] for one in controller.jobs(labels__name="fish")] == [job["id"]]


def test_a_job_that_fails_makes_the_command_fail(controller: Controller) -> None:
    ran = controller.awx("job_templates", "launch", "home: fail", "--monitor")
    assert ran.returncode == 1
    assert "as it was asked to" in ran.stdout
    assert controller.jobs(name="home: fail")[0]["status"] == "failed"


@pytest.mark.parametrize("words", [("--limit", "na*"), ("-e", '{"ansible_host": "x"}'), ("--limit", "nowhere")])
def test_what_is_refused_is_said_with_its_field(controller: Controller, words: tuple[str, ...]) -> None:
    ran = controller.awx("job_templates", "launch", "home: note", *words)
    assert ran.returncode == 1
    field = {"--limit": "limit", "-e": "extra_vars"}[words[0]]
    assert list(json.loads(ran.stdout)) == [field]


def test_a_workflow_is_launched_and_watched_to_its_end(controller: Controller) -> None:
    ran = controller.awx("workflow_job_templates", "launch", "home: plan", "--monitor")
    assert ran.returncode == 1, "its machines cannot be reached"
    assert "home: validate successful" in ran.stdout
    assert "home: plan failed" in ran.stdout


def test_whoever_has_no_token_is_told_so(controller: Controller) -> None:
    reader = controller.new_token(Scope.READ)
    ran = controller.awx("--conf.token", reader, "job_templates", "launch", "home: note")
    assert (ran.returncode, "run" in ran.stdout) == (1, True)
    ran = controller.awx("--conf.token", "kmb_wrong", "jobs", "list")
    assert (ran.returncode, "credentials" in ran.stdout) == (1, True)


def test_a_token_is_fetched_with_itself_as_the_password(controller: Controller) -> None:
    words = ("--conf.token", "", "--conf.username", "me", "--conf.password", controller.token)
    ran: subprocess.CompletedProcess[str] = controller.awx(*words, "login", "-f", "human")
    assert f"CONTROLLER_OAUTH_TOKEN={controller.token}" in ran.stdout


def test_the_commands_own_configuration_is_its_own(controller: Controller) -> None:
    assert controller.awx_json("config")["base_url"] == controller.url
    assert controller.awx_json("ping")["version"] == "24.6.1"
    assert controller.awx_json("me")["results"][0]["is_superuser"] is False


def test_a_running_job_is_watched_and_canceled_through_the_library(controller: Controller) -> None:
    job = controller.awx_json("job_templates", "launch", "home: hold")
    controller.until(lambda: controller.get(f"jobs/{job['id']}")["status"] == "running")
    watching = controller.open("awx", "jobs", "monitor", str(job["id"]))
    cancel = (
        "import sys; from awxkit import api, config; config.base_url, token, job = sys.argv[1:];"
        "root = api.Api(); root.connection.login(token=token);"
        "print(root.get().available_versions.v2.get().jobs.get(id=job).results[0].cancel().status)"
    )
    ran = controller.run("python3", "-c", cancel, controller.url, controller.token, str(job["id"]))
    assert ran.returncode == 0, ran.stdout
    said, _nothing = watching.communicate(timeout=900)
    assert "End of Standard Out Stream" in said
    assert controller.get(f"jobs/{job['id']}")["status"] == "canceled"
