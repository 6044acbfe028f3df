"""Our own way to record a run gets the same events as ansible-runner, which records them through a terminal."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import ansible_runner
import pytest

from kombify.runner.environment import job_environment
from kombify.runner.events import Redactor, shaped
from kombify.runner.follow import follow
from kombify.runner.job import Job, jobs_folder, make_job
from kombify.runner.launch import start
from kombify.runner.request import Request

PLAYBOOKS = Path(__file__).parent / "playbooks"
OURS = ("ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_STDOUT_CALLBACK")
HOSTS = """\
[all]
nas ansible_connection=local
mini ansible_connection=local
gone ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1
[all:vars]
ansible_python_interpreter={python}
"""
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
PASSING = re.compile(
    r"ansible-tmp-[\d.-]+|ansible-local-\w+|(?<=/tmp)\w{8}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?"
    r"|\d:\d\d:\d\d\.\d+|\bj?\d+\.\d{4,}|\d+\.\d+(?=[,}])| +\d+\.\d(?=\", \"uuid\")"
)
"""Moments, spans of time, names of temporary files, and the seconds that our summary shows."""
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "failures": ("failures", {}),
    "loops": ("loops", {}),
    "files": ("files", {}),
    "files in check mode": ("files", {"check": True, "diff": True}),
    "files told in detail": ("files", {"verbosity": 3}),
    "an unreachable host": ("unreachable", {}),
    "a broken playbook": ("broken", {}),
    "no such playbook": ("none", {}),
    "another strategy": ("free", {"limit": "nas", "variables": {"text": "{{ 6 * 7 }}"}}),
}
TRIES = 5
CANNOT_BEGIN = ("broken", "none")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    shutil.copytree(PLAYBOOKS, folder)
    (folder / "hosts.ini").write_text(HOSTS.format(python=shutil.which("python3")), encoding="utf-8")
    return folder


def ours(stack: Path, request: Request) -> list[str]:
    """Run as a job does."""
    job = make_job(jobs_folder(stack), request)
    start(job)
    return comparable([one.event for one in follow(job) if one], job)


def theirs(stack: Path, request: Request) -> list[str]:
    """Run with ansible-runner alone, and keep of its events what we keep of ours."""
    job = make_job(jobs_folder(stack), request)
    environment = job_environment(job.folder, stack)
    events: list[dict[str, Any]] = []

    def keep(event: dict[str, Any]) -> bool:
        if "uuid" in event:
            events.append(json.loads(json.dumps(shaped(event, Redactor()))))
        return False

    ansible_runner.run(
        private_data_dir=str(job.folder),
        envvars={name: value for name, value in environment.items() if name not in OURS},
        playbook=request.playbook,
        inventory=list(request.inventories),
        limit=request.limit or None,
        verbosity=request.verbosity or None,
        cmdline=" ".join(word for word in ("--check", "--diff") if word in request.arguments(job.folder)) or None,
        quiet=True,
        event_handler=keep,
    )
    return comparable(events, job)


def comparable(events: list[dict[str, Any]], job: Job) -> list[str]:
    """Return each event as a text in which what is another in each run has a name: the first uuid, the second, …"""
    text = "\n".join(json.dumps(event, sort_keys=True) for event in by_host(events)).replace(str(job.folder), "JOB")
    known: dict[str, str] = {}
    text = UUID.sub(lambda found: known.setdefault(found[0], f"uuid {len(known)}"), text)
    return PASSING.sub("*", text).splitlines()


def by_host(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events in an order that does not depend on which host's result Ansible saw first.

    Between two events that are of no host those of each host keep their order. Numbers of lines become their count.
    """
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
    assert all(before["end_line"] == after["start_line"] for before, after in pairwise(events))
    part = 0
    keyed = []
    for event in events:
        host = event["event_data"].get("host", "")
        part += not host
        lines = event["end_line"] - event["start_line"]
        kept = {name: value for name, value in event.items() if name not in ("counter", "start_line", "end_line")}
        keyed.append(((part, host), {**kept, "lines": lines}))
    return [event for _key, event in sorted(keyed, key=lambda pair: pair[0])]


@pytest.mark.parametrize(("playbook", "values"), RUNS.values(), ids=RUNS)
def test_a_run_has_the_events_that_ansible_runner_gets(
    playbook: str, values: dict[str, Any], stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_FORKS", "1")  # so that the hosts come in one order
    request = Request(playbook=str(stack / f"{playbook}.yml"), inventories=(str(stack / "hosts.ini"),), **values)
    found = ours(stack, request)
    expected = theirs(stack, request)
    for _again in range(TRIES):
        # On a busy machine ansible-runner stops to read some seconds after the end, whatever is still to be read.
        if len(expected) >= len(found):
            break
        expected = theirs(stack, request)
    assert found == expected
    assert any('"event": "playbook_on_stats"' in event for event in expected) == (playbook not in CANNOT_BEGIN)
