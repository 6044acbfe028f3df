"""Variables and secrets, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.cli.ending import Stop
from kombify.cli.values import names, secrets, variables


def test_variables_come_as_words_objects_and_files_and_the_last_one_wins(tmp_path: Path) -> None:
    file = tmp_path / "more.yml"
    file.write_text("replicas: 3\nname: {first: a}\n", encoding="utf-8")
    given = ["replicas=1", f"@{file}", '{"list": [1, null]}', "url=http://x?a=b", "empty="]
    assert variables(given) == {
        "replicas": 3,
        "name": {"first": "a"},
        "list": [1, None],
        "url": "http://x?a=b",
        "empty": "",
    }


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("replicas", "'replicas' is no variable"),
        ("=3", "'=3' is no variable"),
        ("@missing.yml", "missing.yml cannot be read: No such file or directory"),
        ("{broken", "what follows -e cannot be read"),
        ("@list.yml", "the file list.yml has to hold names and values"),
        ("@numbers.yml", "the file numbers.yml has to hold names and values"),
        ("@dates.yml", "the file dates.yml cannot be read: Object of type date is not JSON serializable"),
        ("@binary.yml", "binary.yml is not UTF-8"),
    ],
)
def test_what_is_no_variable_is_said(word: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"list": b"[1, 2]", "numbers": b"1: 2", "dates": b"day: 2026-11-21", "binary": b"\xff\xfe"}
    for name, text in texts.items():
        Path(f"{name}.yml").write_bytes(text)
    with pytest.raises(Stop) as caught:
        variables([word])
    assert said in str(caught.value)


def test_secrets_are_references() -> None:
    given = ["db=vault:kv/db#password", "key=file:/etc/key"]
    assert secrets(given) == {"db": "vault:kv/db#password", "key": "file:/etc/key"}


@pytest.mark.parametrize("word", ["db=hunter2-very-secret", "hunter2-very-secret", "db=vault"])
def test_a_value_instead_of_a_reference_is_refused_and_not_repeated(word: str) -> None:
    with pytest.raises(Stop) as caught:
        secrets([word])
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
    assert "NAME=vault:PATH#KEY" in caught.value.hint


def test_names_are_given_one_by_one_or_with_commas() -> None:
    assert names(["a,b", " c ", "d,"]) == ["a", "b", "c", "d"]
