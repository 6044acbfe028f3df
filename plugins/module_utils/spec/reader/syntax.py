# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Syntax errors in plain words: what the parser says becomes a problem, and a way to read on.

libyaml and PyYAML's own parser word the same mistake differently; both are understood here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import brackets, layout, quotes
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.halt import Halt
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source

# The first that fits is right: the sure ones come first, the guesses last.
_EXPLANATIONS: tuple[Callable[[Halt], Fault | None], ...] = (
    layout.conflict,
    layout.tab,
    quotes.escape,
    quotes.not_closed,
    quotes.meaning,
    quotes.reference,
    layout.colon,
    layout.colon_without_value,
    layout.key_alone,
    layout.dash,
    brackets.inside,
    brackets.closing_nothing,
    quotes.after_closing,
    brackets.after_closing,
    layout.after_end,
    layout.indentation,
)


def explain(error: yaml.YAMLError, source: Source, text: str, last: Any) -> Fault:
    """Return what a syntax error means.

    ``text`` is what the parser read, ``last`` the last scalar event before the error.
    """
    halt = Halt(error, source, text.split("\n"), last)
    for explanation in _EXPLANATIONS:
        fault = explanation(halt)
        if fault is not None:
            return fault
    hint = "is a quote, a comma or a bracket missing before it?"
    return halt.leave_out(halt.here, "YAML does not allow this here", hint, line=halt.line)
