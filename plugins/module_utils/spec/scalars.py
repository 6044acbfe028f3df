# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML 1.2 core scalars: only true, false, null and decimal integers are not strings.

Ansible's own loader follows YAML 1.1, where ``no``, ``1:30`` and ``010`` change their meaning;
here they stay what was typed, and :func:`is_yaml11_word` lets the reader warn (K104).
"""

from __future__ import annotations

import re

Scalar = str | int | bool | None

_CONSTANTS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_YAML11_WORD = re.compile(
    r"""(?: y | n | yes | no | on | off | true | false | null
          | [-+]? 0 [0-7_]+                            # octal 010
          | [-+]? 0 [bx] [0-9a-f_]+                    # 0x1f
          | [-+]? [1-9] [0-9]* _ [0-9_]*               # 1_000
          | [-+]? [1-9] [0-9_]* (?: : [0-5]?[0-9] )+   # base sixty 1:30
    )\Z""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_BOOLEANS = {"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false", "off": "false"}


def resolve(text: str) -> Scalar:
    """Return the value of an unquoted scalar."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "-+0123456789" and _INTEGER.match(text):
        return int(text)
    return text


def is_yaml11_word(text: str) -> bool:
    """Tell whether a YAML 1.1 reader would take this unquoted string for something else."""
    return text not in _CONSTANTS and _YAML11_WORD.match(text) is not None


def constant_meant(word: str) -> str | None:
    """Return what was probably meant by a YAML 1.1 word: ``true`` for ``Yes``, ``null`` for ``NULL``."""
    word = word.lower()
    return word if word in _CONSTANTS else _BOOLEANS.get(word)
