"""What does not work right now, for those who ask about the service's health."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger(__name__)


class Troubles:
    """Troubles by who has them. They are logged when they begin and when they are over, and not in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, str] = {}

    def note(self, who: str, trouble: Exception) -> None:
        """Remember a trouble."""
        text = str(trouble).strip().splitlines()[0] if str(trouble).strip() else type(trouble).__name__
        with self._lock:
            new = self._now.get(who) != text
            self._now[who] = text
        if new:
            log.warning("%s: %s", who, text)

    def over(self, who: str) -> None:
        """Forget a trouble."""
        with self._lock:
            had = self._now.pop(who, None)
        if had is not None:
            log.info("%s: works again", who)

    def now(self) -> dict[str, str]:
        """Return all troubles."""
        with self._lock:
            return dict(self._now)
