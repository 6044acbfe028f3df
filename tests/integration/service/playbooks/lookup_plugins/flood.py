"""Says many lines, each of which is an event of its own: that takes seconds, where tasks would take minutes."""

from __future__ import annotations

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[Any], _variables: Any = None, **_options: Any) -> list[str]:
        """Say so many lines."""
        display = Display()
        for number in range(int(terms[0])):
            display.display(f"line {number}")
        return ["all of them"]
