"""What a run says becomes events: text belongs to the event that was begun last, and lines between them count too."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from kombify.runner.events import Redactor
from kombify.runner.job import Job
from kombify.runner.transcript import Transcript, screen

PLAY = {"uuid": "p", "event": "playbook_on_play_start", "created": "now", "event_data": {"name": "Play"}}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def events(job: Job) -> list[dict[str, Any]]:
    return [json.loads(line) for line in job.events.read_text(encoding="utf-8").splitlines()]


def said(job: Job) -> list[tuple[int, str, str, int, int]]:
    wanted = ("counter", "event", "stdout", "start_line", "end_line")
    return [tuple(event[name] for name in wanted) for event in events(job)]


def test_text_belongs_to_the_event_that_was_begun_last(job: Job) -> None:
    transcript = Transcript(job, Redactor())
    out = screen(transcript)
    out.write("a warning\nhalf of a ")
    out.write("line\n")
    transcript.begin(PLAY)
    out.write("\nPLAY [x] ä\n")
    transcript.end()
    out.write("no newline")
    transcript.close()
    assert said(job) == [
        (1, "verbose", "a warning", 0, 1),
        (2, "verbose", "half of a line", 1, 2),
        (3, "playbook_on_play_start", "\nPLAY [x] ä", 2, 4),
        (4, "verbose", "no newline", 4, 4),
    ]
    assert job.log.read_text(encoding="utf-8") == "a warning\nhalf of a line\n\nPLAY [x] ä\nno newline\n"


def test_an_event_is_kept_as_it_was_when_it_began(job: Job) -> None:
    transcript = Transcript(job, Redactor())
    event = {**PLAY, "event_data": {"res": {"msg": "before"}}}
    transcript.begin(event)
    event["event_data"]["res"]["msg"] = "after"
    transcript.close()
    assert events(job)[0]["event_data"] == {"res": {"msg": "before"}}


def test_no_secret_reaches_the_disk_and_only_the_owner_reads(job: Job) -> None:
    transcript = Transcript(job, Redactor(["t0ps3cret"]))
    transcript.begin({**PLAY, "event_data": {"res": {"msg": "t0ps3cret", "list": ("t0ps3cret",)}}})
    transcript.write("t0ps3cret\n")
    transcript.close()
    for path in (job.events, job.log):
        assert "t0ps3cret" not in path.read_text(encoding="utf-8")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_comes_later_goes_on_behind_the_last_event(job: Job) -> None:
    for text in ("one\ntwo\n", "three\n"):
        transcript = Transcript(job, Redactor())
        transcript.write(text)
        transcript.close()
    assert said(job) == [(1, "verbose", "one", 0, 1), (2, "verbose", "two", 1, 2), (3, "verbose", "three", 2, 3)]


def test_while_the_disk_is_full_lines_wait(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript = Transcript(job, Redactor())
    write = os.write

    def full(handle: int, data: bytes) -> int:
        write(handle, data[:7])
        monkeypatch.setattr(os, "write", refuse)
        return 7

    def refuse(_handle: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    transcript.write("one\n")
    transcript.write("two\n")
    monkeypatch.setattr(os, "write", write)
    transcript.write("three\n")
    transcript.close()
    assert [text for _counter, _event, text, _start, _end in said(job)] == ["one", "two", "three"]


def test_values_that_are_no_json_are_named_and_not_shown(job: Job) -> None:
    transcript = Transcript(job, Redactor())
    transcript.begin({**PLAY, "event_data": {"res": {"odd": object(), "bytes": b"t0ps3cret"}}})
    transcript.close()
    assert events(job)[0]["event_data"] == {"res": {"odd": "(object)", "bytes": "(bytes)"}}
