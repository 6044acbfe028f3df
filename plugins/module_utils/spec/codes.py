# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of all codes of problems."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.capacity import CAPACITY
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.language import LANGUAGE
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.networks import NETWORKS
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.operations import OPERATIONS, ORDER
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.reading import READING
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.references import REFERENCES
from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.versions import (
    CHANGES,
    SECRETS,
    VERSIONS,
)

GROUPS: dict[str, tuple[Code, ...]] = {
    "Reading the file": READING,
    "The words of the language": LANGUAGE,
    "Names": REFERENCES,
    "Capacity": CAPACITY,
    "Networks": NETWORKS,
    "Order": ORDER,
    "Operations": OPERATIONS,
    "Versions": VERSIONS,
    "Secrets": SECRETS,
    "Changes": CHANGES,
}
CODES: dict[str, Code] = {code.code: code for group in GROUPS.values() for code in group}


def codes_markdown() -> str:
    """Return the reference of all codes as Markdown."""
    parts = [
        "# Problems",
        (
            "Every problem has a code. `kombify explain K601` shows what follows here. Codes are never used again for "
            "something else. Where policies decide, the section `policies` of a spec makes it an error, a warning, or "
            "nothing."
        ),
    ]
    for title, group in GROUPS.items():
        parts.append(f"## {title}")
        for code in group:
            parts += [f"### {code.code} {code.title}", code.markdown()]
    return "\n\n".join(parts) + "\n"
