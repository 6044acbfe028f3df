"""The guide of the service: every command in it exists, and its table has every setting."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from kombify.server.settings import Settings, load_settings

REPOSITORY = Path(__file__).parents[4]
GUIDE = REPOSITORY / "docs/guides/service.md"
TEXT = GUIDE.read_text(encoding="utf-8")
COMMAND = re.compile(r"^\$ kombify (.*?)(?: +# .*)?$", re.MULTILINE)
COMMANDS = [words for words in COMMAND.findall(TEXT) if not words.startswith("serve")]
HEAD = "| In the file | In the environment | If not set | What it is |\n| --- | --- | --- | --- |\n"


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_of_the_guide_is_one(words: str, run, service) -> None:
    job, workflow = service.fixture("job.json"), service.fixture("workflow.json")
    plan = {**workflow, "check": True}
    jobs = {"items": [], "next": None}
    for request, answer in {
        "GET /jobs": jobs,
        "GET /jobs/7": job,
        "GET /jobs/12": job,
        "GET /workflows/9": workflow,
        "GET /workflows/20": plan if "plan" in words else workflow,
        "GET /workflows/20/plan": service.fixture("plan.json"),
        "GET /drift": {"items": [service.fixture("drift.json")], "next": None},
        "GET /drift/12": service.fixture("drift.json"),
        "GET /schedules": service.fixture("schedules.json"),
        "GET /tokens": service.fixture("tokens.json"),
        "POST /jobs": job,
        "POST /jobs/7/cancel": job,
        "POST /jobs/7/relaunch": job,
        "POST /workflows": workflow,
        "POST /workflows/8/apply": workflow,
        "POST /drift": job,
        "POST /schedules": service.fixture("schedules.json")[0],
        "POST /schedules/nightly-drift/run": job,
        "PATCH /schedules/weekly": service.fixture("schedules.json")[1],
        "DELETE /schedules/weekly": service.says(status=204),
        "POST /tokens": {"token": "kmb_x"},
        "DELETE /tokens/portal": service.says(status=204),
    }.items():
        service.put(request, answer)
    end = b'event: end\ndata: {"kind": "job", "state": "failed", "ended_at": "x"}\n\n'
    for number in (7, 12):
        service.put(f"GET /jobs/{number}/stream", service.says(stream=end))
    ran = run(*shlex.split(words))
    assert "Usage:" not in ran.err
    assert "nothing at" not in ran.err
    assert ran.code in (0, 1, 4)
    assert service.asked != []


def test_the_table_has_every_setting_as_it_is() -> None:
    before, _head, rest = TEXT.partition(HEAD)
    rows = "".join(f"| `{key}` | `KOMBISTACK_{name.upper()}` | {_default(name)} |\n" for key, name in _keys())
    shown = "".join(line for line in rest.splitlines(keepends=True) if line.startswith("|"))
    if os.environ.get("GOLDEN") == "write":
        GUIDE.write_text(before + HEAD + rows + rest[len(shown) :], encoding="utf-8")
    assert HEAD + rows + "\n" in GUIDE.read_text(encoding="utf-8")


def test_the_example_is_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(REPOSITORY / "docs/examples/service/kombistack.yaml")
    assert (settings.host, settings.stacks_dir) == ("0.0.0.0", Path("/srv/stacks"))  # noqa: S104


def _keys() -> list[tuple[str, str]]:
    return list(Settings.keys().items())


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if name == "worker":
        return f"the machine's name | {field.description}"
    shown = field.default.get_secret_value() if name == "database_url" else field.default
    text = str(shown).lower() if isinstance(shown, bool) else ", ".join(shown) if isinstance(shown, tuple) else shown
    return f"{f'`{text}`' if text not in ('', None) else ''} | {field.description}"
