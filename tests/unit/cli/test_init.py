"""`kombify init` writes a spec that validates, and never over another one."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = [
    *("--name", "home", "--domain", "home.arpa"),
    *("--node", "nas=192.168.1.10,cpu=4,memory=16GiB,disk=4TB", "--node", "mini=192.168.1.11"),
    *("--service", "vaultwarden", "--service", "jellyfin@nas"),
    *("--backup", "sftp:backup@192.168.1.20:/srv/backup"),
]


def test_flags_become_a_spec(run, golden, tmp_path: Path) -> None:
    ran = run("init", *WORDS)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "Wrote kombination.yaml. Next: kombify validate, then kombify plan.\n"
    golden("init.yaml", (tmp_path / "kombination.yaml").read_text(encoding="utf-8"))
    assert run("validate").code == 0


def test_the_name_comes_from_the_folder_when_it_is_not_said(run, tmp_path: Path) -> None:
    assert run("init", "My_Stack", "--node", "nas=192.168.1.10").code == 0
    text = (tmp_path / "My_Stack/kombination.yaml").read_text(encoding="utf-8")
    assert "name: my-stack\n" in text
    assert run("validate", "My_Stack").code == 0


@pytest.mark.parametrize("present", ["kombination.yaml", "kombination.yml"])
def test_a_spec_that_is_there_is_not_touched(present: str, run, tmp_path: Path) -> None:
    (tmp_path / present).write_text("mine\n", encoding="utf-8")
    ran = run("init", *WORDS)
    assert (ran.code, ran.out) == (3, "")
    assert f"{present} exists already" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [present]
    assert (tmp_path / present).read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "a stack needs at least one node"),
        (["--node", "nas"], "'nas' is not a node"),
        (["--node", "My_NAS=10.0.0.1"], "'My_NAS' is not a name"),
        (["--node", "nas=10.0.0.1,memroy=8GiB"], "did you mean 'memory'?"),
        (["--node", "nas=10.0.0.1,memory=8"], "8 what? write 8GiB"),
        (["--node", "nas=10.0.0.1", "--node", "nas=10.0.0.2"], "appears twice"),
        (["--node", "nas=10.0.0.1", "--service", "vaultwardne"], "did you mean 'vaultwarden'?"),
        (["--node", "nas=10.0.0.1", "--service", "vaultwarden@nsa"], "did you mean 'nas'?"),
        (["--node", "nas=10.0.0.1", "--name", "9 lives"], "'9 lives' is not a name for a stack"),
        (["--node", "nas=10.0.0.1", "--domain", "a: b\n- {"], "is not a domain"),
    ],
)
def test_an_answer_that_means_nothing_is_refused_and_nothing_is_written(
    words: list[str], message: str, run, tmp_path: Path
) -> None:
    ran = run("init", *words)
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["no", "1:30", "a: b", "# x", "{x}", "[", "'", '"', "sftp:me@host:/srv/back up"])
def test_every_backup_target_is_written_so_that_it_is_read_again(value: str, run, tmp_path: Path) -> None:
    from ansible_collections.kombify.stack.plugins.module_utils.render.starter import NewNode, NewStack, starter
    from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec

    spec = tmp_path / "kombination.yaml"
    spec.write_text(starter(NewStack("home", "home.arpa", (NewNode("nas", "10.0.0.1"),), (), value)), encoding="utf-8")
    assert load_spec(spec).root.plain()["backups"]["target"] == value


def test_a_person_is_asked_for_what_was_not_said(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    typed = ["My Stack", "home", "a b", "home.arpa", "nas", "nas=10.0.0.1,memory=16", "nas=10.0.0.1", ""]
    typed += ["vaultwardne", "jellyfin@nsa", "vaultwarden", "", ""]
    answers = iter(typed)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_words, **_named: next(answers))
    ran = run("init")
    assert ran.code == 0
    assert list(answers) == []
    names = ("is not a name for a stack", "is not a domain", "'nas' is not a node", "16 what? write 16GiB")
    for said in (*names, "did you mean 'vaultwarden'?", "did you mean 'nas'?"):
        assert said in ran.out
    text = (tmp_path / "kombination.yaml").read_text(encoding="utf-8")
    assert "  nas: 10.0.0.1\n\nservices:\n  vaultwarden:\n" in text


def test_a_folder_that_may_not_be_written_is_said(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = run("init", "file/below", *WORDS)
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be written" in ran.err
