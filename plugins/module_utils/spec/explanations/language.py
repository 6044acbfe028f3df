# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K2: the words of the language."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

LANGUAGE = (
    Code(
        code="K201",
        title="The version of the language is missing or unknown",
        explanation=(
            "apiVersion says which version of the language a file is written in. Newer minor versions only add keys; "
            "a new major version comes with a command that writes a new file and prints what changed."
        ),
        remedy="Write apiVersion: kombify.stack/v1.",
        wrong="""
            plugin: kombify.stack.kombination
            apiVersion: kombify.stack/v0
            name: home
            """,
        right="""
            plugin: kombify.stack.kombination
            apiVersion: kombify.stack/v1
            name: home
            """,
    ),
    Code(
        code="K202",
        title="An unknown section or key",
        explanation="No section of a spec, and no key of this section, has that name. Most often it is a typing error.",
        remedy="Take the name that is suggested, or one of the known ones.",
        wrong="servces: {jellyfin: }",
        right="services: {jellyfin: }",
    ),
    Code(
        code="K203",
        title="An unknown key of a node",
        explanation=(
            "Nodes, node templates, overrides and defaults.node share one set of keys, and this is none of them. A "
            "variable for your own playbooks belongs under vars."
        ),
        remedy="Take the key that is suggested, or put the value under vars.",
        wrong="""
            nodes:
              nas: {adress: 192.168.1.10}
            """,
        right="""
            nodes:
              nas: {address: 192.168.1.10}
            """,
    ),
    Code(
        code="K204",
        title="An unknown key of a service",
        explanation=(
            "Services and defaults.service share one set of keys, and this is none of them. Settings of the "
            "application itself belong under params, values (Helm) or compose."
        ),
        remedy="Take the key that is suggested, or put the value where the kit expects it.",
        wrong="""
            services:
              portal: {replica: 3}
            """,
        right="""
            services:
              portal: {replicas: 3}
            """,
    ),
    Code(
        code="K205",
        title="A value of the wrong type",
        explanation=(
            "The value is of another kind than this key takes: a text where a number is expected, a list where a map "
            "is expected, nothing where something is needed."
        ),
        remedy="Write a value of the kind that the message names.",
        wrong="""
            services:
              portal: {replicas: three}
            """,
        right="""
            services:
              portal: {replicas: 3}
            """,
    ),
    Code(
        code="K206",
        title="An amount without its unit",
        explanation=(
            "Sizes and durations need a unit: 8 GB and 8 GiB differ by 7 percent, and a guess would end in a plan "
            "that does not fit. GB counts in thousands, GiB and Gi count in 1024s."
        ),
        remedy="Write the unit: 8GiB, 500MB, 5m, 2h.",
        wrong="""
            nodes:
              nas: {address: 192.168.1.10, memory: 8}
            """,
        right="""
            nodes:
              nas: {address: 192.168.1.10, memory: 8GiB}
            """,
    ),
    Code(
        code="K207",
        title="A value that is not allowed here",
        explanation="This key takes one of a few values, or a number between two limits, and this is none of them.",
        remedy="Take one of the values that the message lists.",
        wrong="""
            services:
              portal: {state: started}
            """,
        right="""
            services:
              portal: {state: running}
            """,
    ),
    Code(
        code="K208",
        title="A name that cannot be used",
        explanation=(
            "Names become host names, groups and Kubernetes objects, so they consist of a-z, 0-9 and -, and begin "
            "with a letter. all, localhost, ungrouped and the group names of kubespray belong to Ansible."
        ),
        remedy="Take the cleaned name that is suggested.",
        wrong="""
            nodes:
              My_NAS: 192.168.1.10
            """,
        right="""
            nodes:
              my-nas: 192.168.1.10
            """,
    ),
    Code(
        code="K210",
        title="A range that cannot be counted",
        explanation=(
            "A range [first:last] counts upwards, has at most 10,000 numbers, and both ends have the same number of "
            "digits when one of them is padded with zeros."
        ),
        remedy="Take the range that is suggested.",
        wrong="""
            nodes:
              worker-[01:5]: {address: "10.0.0.{1}"}
            """,
        right="""
            nodes:
              worker-[01:05]: {address: "10.0.0.{1}"}
            """,
    ),
    Code(
        code="K211",
        title="A number of a range that does not exist",
        explanation=(
            "{1} stands for the number of the first range in the name of an entry, {2} for that of the second. This "
            "name has fewer ranges."
        ),
        remedy="Use a number that exists, or add a range to the name.",
        wrong="""
            nodes:
              worker-[1:3]: {address: "10.0.{1}.{2}"}
            """,
        right="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1}"}
            """,
    ),
    Code(
        code="K212",
        severity=Severity.WARNING,
        title="The first line that Ansible needs is missing",
        explanation=(
            "With plugin: kombify.stack.kombination in its first line, a spec can be given to ansible-playbook and "
            "ansible-inventory as it is, and a broken spec is an error. Without it Ansible may see an empty "
            "inventory."
        ),
        remedy="Begin the file with plugin: kombify.stack.kombination.",
        wrong="""
            apiVersion: kombify.stack/v1
            name: home
            """,
        right="""
            plugin: kombify.stack.kombination
            apiVersion: kombify.stack/v1
            name: home
            """,
    ),
)
