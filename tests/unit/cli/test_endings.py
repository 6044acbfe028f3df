"""How commands end: exit codes, and messages where others show a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kombify import __version__
from kombify.cli.commands import COMMANDS

READING = [
    ["plan"],
    ["graph"],
    ["capacity"],
    ["simulate", "--lose", "nas"],
    ["rebalance"],
    ["inventory"],
    ["docs"],
    ["export", "out"],
]


def test_the_version_is_shown(run) -> None:
    ran = run("--version")
    assert (ran.code, ran.out) == (0, f"kombify {__version__}\n")


def test_help_names_every_command_and_the_exit_codes(run) -> None:
    ran = run("--help")
    words = [name for panel in COMMANDS.values() for name in panel]
    assert ran.code == 0
    assert [word for word in words if f" {word} " not in ran.out] == []
    assert "2 the spec or the configuration is invalid" in " ".join(ran.out.split())


@pytest.mark.parametrize("words", [["--nope"], ["nope"], ["explain"], ["plan", "--format", "xml"]], ids=" ".join)
def test_a_wrong_command_line_is_a_failed_run_and_not_an_invalid_spec(words: list[str], run) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (1, "")
    assert "Usage: kombify" in ran.err


def test_an_invalid_spec_ends_with_2_and_all_its_problems(run, stack, golden) -> None:
    stack("broken")
    ran = run("validate")
    assert (ran.code, ran.err) == (2, "")
    golden("broken.txt", ran.out)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_needs_a_plan_shows_the_problems_beside_its_result(words: list[str], run, stack, golden) -> None:
    stack("broken")
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    golden("broken.txt", ran.err)


@pytest.mark.parametrize("words", [["plan"], ["graph"], ["capacity"], ["inventory"]], ids=" ".join)
def test_programs_get_the_problems_as_data(words: list[str], run, stack) -> None:
    stack("broken")
    ran = run(*words, "--format", "json")
    assert ran.code == 2
    assert {"K206", "K301", "K306", "K501"} <= {problem["code"] for problem in json.loads(ran.out)["problems"]}


def test_warnings_fail_only_when_that_is_asked_for(run, stack) -> None:
    stack("home")
    assert run("validate", "--set", "networks.spare=10.0.0.0/24").code == 0
    assert run("validate", "--set", "networks.spare=10.0.0.0/24", "--strict").code == 2


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_reports_come_in_the_forms_of_other_tools(form: str, run, stack) -> None:
    stack("broken")
    ran = run("validate", "--format", form)
    assert ran.code == 2
    assert "K501" in ran.out


def test_overlays_and_values_are_laid_over_the_spec(run, stack, tmp_path: Path) -> None:
    stack("home")
    (tmp_path / "prod.yaml").write_text("nodes: {nas: {memory: 64GiB}}\n", encoding="utf-8")
    ran = run("why", "nodes.nas.memory", "-o", "prod.yaml", "--set", "nodes.nas.memory=48GiB", "--format", "json")
    assert [layer["value"] for layer in json.loads(ran.out)["layers"]] == ["16GiB", "64GiB", "48GiB"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["explain", "vaultwardne"], "did you mean 'vaultwarden'?"),
        (["explain", "K699"], "codes go from K101"),
        (["explain", "uptime-kuma", "--not", "nsa"], "did you mean 'nas'?"),
        (["why", "nodes.nsa.memory"], "did you mean 'nas'?"),
        (["simulate", "--lose", "nsa"], "did you mean 'nas'?"),
        (["inventory", "--host", "nsa"], "did you mean 'nas'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistyped_name_is_answered_with_the_nearest(words: list[str], hint: str, run, stack) -> None:
    stack("home")
    ran = run(*words)
    assert (ran.code, ran.out) == (1, "")
    assert hint in ran.err


@pytest.mark.parametrize("path", ["missing.yaml", "folder", "/dev/null", "\udcff"])
def test_a_spec_that_cannot_be_read_is_a_problem_like_others(path: str, run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    ran = run("validate", path)
    assert ran.code == 2
    assert "K101" in ran.out


def test_nothing_of_a_spec_can_steer_a_terminal(run, stack) -> None:
    stack("hostile")
    commands = [["validate"], ["plan"], ["why", "nodes.nas.labels"], ["why", "services.uptime-kuma"], ["docs"]]
    for words in [*commands, ["explain", "uptime-kuma"], ["inventory"], ["inventory", "--format", "json"]]:
        ran = run(*words)
        steering = [char for char in ran.out + ran.err if char in "\x1b\x07\x9b\u202e"]
        assert (words, steering) == (words, [])


def test_colour_can_be_forced_and_forbidden(run, stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack("broken")
    assert "\x1b[" in run("--color", "validate").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("validate").out
    assert "\x1b[" not in run("--no-color", "validate").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("validate").out


def test_an_interruption_ends_quietly(run, stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack("home")

    def interrupt(*_words: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kombify.cli.stack.open_project", interrupt)
    ran = run("plan")
    assert (ran.code, ran.out, ran.err) == (130, "", "")


def test_a_fault_of_our_own_is_a_message_that_says_where_to_report_it(
    run, stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack("home")

    def fail(*_words: object, **_named: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("kombify.cli.stack.open_project", fail)
    ran = run("plan")
    assert (ran.code, ran.out) == (1, "")
    assert "stopped by a fault of its own: KeyError: 'surprise' (test_endings.py:" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("KOMBIFY_DEBUG", "1")
    assert "Traceback" in run("plan").err


@pytest.mark.parametrize("words", [["docs"], ["graph", "--format", "svg"], ["plan"], ["--version"]], ids=" ".join)
def test_a_reader_that_went_away_is_no_fault(words: list[str], stack) -> None:
    folder = stack("home").parent
    program = Path(sys.executable).with_name("kombify")
    with subprocess.Popen([program, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_a_full_disk_is_said(stack) -> None:
    folder = stack("home").parent
    program = Path(sys.executable).with_name("kombify")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run([program, "docs"], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[0] == "kombify: cannot use the output: No space left on device"
