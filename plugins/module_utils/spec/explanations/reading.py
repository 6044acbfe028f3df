# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K1: reading the file."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

READING = (
    Code(
        code="K101",
        title="The file cannot be read as YAML",
        explanation=(
            "The file is missing, is no text, or breaks the grammar of YAML: a bracket or quote is not closed, a tab "
            "indents a line, a line stands in the wrong column. What is wrong is left out and the rest is still read, "
            "so other problems are shown at once."
        ),
        remedy=(
            "Mend the place that is shown. Indent with spaces, and quote a text that begins with one of & * ! | > % @ "
            "` or that contains ': ' or ' #'."
        ),
        wrong="""
            services:
              traefik: {replicas: 2
              vault: {not_on: [!nas]}
            """,
        right="""
            services:
              traefik: {replicas: 2}
              vault: {not_on: ["!nas"]}
            """,
    ),
    Code(
        code="K102",
        title="A key appears twice",
        explanation=(
            "The same key stands twice in one map. YAML readers silently keep the last one, so the first would be "
            "lost without a word; here it is an error, also when the two stand in different included files."
        ),
        remedy="Remove one of them, or give one another name. To change an entry for one stage, use an overlay file.",
        wrong="""
            nodes:
              nas: 192.168.1.10
              mini: 192.168.1.11
              nas: 192.168.1.12
            """,
        right="""
            nodes:
              nas: 192.168.1.10
              mini: 192.168.1.11
              spare: 192.168.1.12
            """,
    ),
    Code(
        code="K103",
        title="A reference or a range number without quotes inside brackets",
        explanation=(
            "Inside { } and [ ] the brackets of ${…}, {1} and [1:3] belong to YAML, which reads a map where a text was "
            "meant. It is read here as if it were quoted, so that the other problems can be shown."
        ),
        remedy="Put the whole value in quotes.",
        wrong="""
            nodes:
              worker-[1:3]: {address: 10.0.0.{1}}
            """,
        right="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1}"}
            """,
    ),
    Code(
        code="K104",
        severity=Severity.WARNING,
        title="A word that YAML 1.1 would take for something else",
        explanation=(
            "YAML 1.1, which Ansible still reads, takes no, on and yes for booleans, 010 for 8 and 1:30 for 90. Here "
            "only true, false, null and decimal numbers are special; everything else stays the text that was typed."
        ),
        remedy="Quote the text, or write true or false if that was meant.",
        wrong="""
            nodes:
              nas: {address: 192.168.1.10, labels: {gpu: yes}}
            """,
        right="""
            nodes:
              nas: {address: 192.168.1.10, labels: {gpu: "yes"}}
            """,
    ),
)
