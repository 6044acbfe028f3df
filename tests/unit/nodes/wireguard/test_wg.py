"""What a program on the node said arrives, however it ended."""

from __future__ import annotations

import sys

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import run_program

MORE_THAN_A_PIPE_HOLDS = "x" * 2**20


def test_a_program_that_ends_without_reading_its_input_is_still_heard() -> None:
    words = [sys.executable, "-c", "import sys; sys.exit('the key is bad')"]
    assert run_program(words, data=MORE_THAN_A_PIPE_HOLDS) == (1, "", "the key is bad\n")


def test_a_program_gets_its_input() -> None:
    words = [sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"]
    assert run_program(words, data=MORE_THAN_A_PIPE_HOLDS) == (0, f"{2**20}\n", "")


def test_a_program_that_is_missing_is_an_answer_too() -> None:
    assert run_program(["no-such-program"]) == (127, "", "no-such-program is not installed")
