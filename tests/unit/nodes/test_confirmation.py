"""A change that has to be confirmed: how the controller waits, and what it says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ansible_collections.kombify.stack.plugins.plugin_utils.confirmation import GONE, Confirmation, Unreachable


class World:
    """Answers in order, the last one for ever; time passes only while one sleeps."""

    def __init__(self, answers: Iterable[str | Exception]) -> None:
        self.answers, self.now = list(answers), 0.0

    def ask(self) -> str:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self) -> str | None:
        return Confirmation(self.ask, lambda: self.now, self.sleep).wait(45)


REFUSED = Unreachable("Connection refused")


@pytest.mark.parametrize("answers", [["confirmed"], [REFUSED, REFUSED, "confirmed"]], ids=["at once", "later"])
def test_a_machine_that_answers_keeps_its_change(answers: list[str | Exception]) -> None:
    assert World(answers).wait() is None


def test_a_machine_that_answers_too_late_says_why_it_took_the_change_back() -> None:
    problem = World([*[REFUSED] * 12, "reverted: nobody confirmed it in time"]).wait()
    assert problem is not None
    assert "no new SSH connection was possible: Connection refused." in problem
    assert "as it was before" in problem


@pytest.mark.parametrize("answer", ["reverted: the machine was restarted", GONE])
def test_a_change_that_was_taken_back_by_others_is_said(answer: str) -> None:
    problem = World([answer]).wait()
    assert problem is not None
    assert "lock" not in problem


def test_waiting_ends_when_the_machine_stays_away() -> None:
    world = World([REFUSED])
    problem = world.wait()
    assert problem is not None
    assert "look at its console" in problem
    assert 45 < world.now < 150
