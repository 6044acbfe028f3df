# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until a machine has confirmed a change, or has taken it back."""

from __future__ import annotations

from collections.abc import Callable

CONFIRMED = "confirmed"
GONE = "another-run-took-it-back"
LATER = 90
"""Seconds after the deadline in which a machine that took its change back is expected to answer again."""
LONGEST_PAUSE = 4.0
"""Seconds between two attempts. sshd itself locks out who tries too often."""


class Unreachable(Exception):
    """No new connection came about, or the change cannot be confirmed through it; the message says why."""


class Confirmation:
    """Asks a machine to keep its change, again and again until it answers."""

    def __init__(
        self, ask: Callable[[], str], clock: Callable[[], float], sleep: Callable[[float], None], later: float = LATER
    ) -> None:
        self._ask, self._clock, self._sleep, self._later = ask, clock, sleep, later

    def wait(self, seconds: float) -> str | None:
        """Return None when the change was confirmed, else what happened and what to do."""
        deadline = self._clock() + seconds
        pause, reason = 0.5, ""
        while True:
            try:
                answer = self._ask()
            except Unreachable as error:
                reason = str(error)
            else:
                return None if answer == CONFIRMED else _taken_back(reason, answer)
            if self._clock() > deadline + self._later:
                return _lost(reason)
            self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _taken_back(reason: str, answer: str) -> str:
    why = answer.removeprefix("reverted:").strip()
    if not reason:
        return f"The machine says: {why}. Where machines or networks are slow, give them more time with confirm_within."
    return (
        f"After it no new SSH connection was possible: {reason.rstrip('.')}. "
        "The machine is as it was before. Correct the change; it would have locked us out."
    )


def _lost(reason: str) -> str:
    return (
        f"Afterwards no new SSH connection was possible: {reason.rstrip('.')}. "
        "The machine takes it back by itself, also when restarted, but has not answered since: look at its console."
    )
