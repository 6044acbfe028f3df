"""Whatever a path leads to, the answer is a tree or a clear refusal."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.rawtext import MAX_BYTES
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import Reading, read_source


def refusal(path: Path) -> str:
    """Return what is said about a file that cannot be read; the file's name stands in front, as in every problem."""
    problems = Problems()
    reading = read_source(path, problems, name="spec.yaml")
    assert (reading.root, reading.complete) == (None, False)
    [problem] = problems
    assert problem.code == "K101"
    assert str(problem.place) == "spec.yaml:1:1"
    assert problem.hint
    return problem.message


def test_a_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yaml") == "the file does not exist"


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "this is a directory"


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "this is a pipe, not a file"


def test_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket has at most 107 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refusal(tmp_path / "socket") == "this is a socket, not a file"


def test_a_device_without_end() -> None:
    assert refusal(Path("/dev/zero")) == "this is a device, not a file"


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert refusal(tmp_path / "a") == "the file cannot be read: too many levels of symbolic links"


def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("name: home\n")
    assert refusal(tmp_path / "file" / "spec.yaml") == "the file cannot be read: not a directory"


def test_a_path_with_a_nul() -> None:
    found = refusal(Path("a\0b"))  # the words after the colon are Python's, and differ from release to release
    assert found.startswith("the file cannot be read: ")
    assert "null" in found


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("x" * 5000)) == "the file cannot be read: file name too long"


def test_a_file_that_fails_while_it_is_read() -> None:
    assert refusal(Path("/proc/self/mem")) == "the file cannot be read: input/output error"


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Root may read everything, so root steps down for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_file_of_somebody_else(tmp_path: Path, unprivileged: None) -> None:
    assert refusal(Path("/proc/1/mem")) == "the file may not be read"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(tmp_path / "large.yaml") == "the file has more than 8 MiB"


def test_a_file_is_named_by_its_path_unless_told_otherwise(tmp_path: Path) -> None:
    problems = Problems()
    read_source(tmp_path / "none.yaml", problems)
    assert [problem.place.file for problem in problems] == [str(tmp_path / "none.yaml")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# a comment\n", b"---\n", b"\xef\xbb\xbf", b"   "])
def test_an_empty_file_is_read_and_has_no_content(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_bytes(content)
    problems = Problems()
    reading = read_source(tmp_path / "empty.yaml", problems)
    assert list(problems) == []
    assert reading.complete
    assert plain(reading) is None


def plain(reading: Reading) -> object:
    """Return what was read as plain data."""
    return reading.root.plain() if reading.root else None
