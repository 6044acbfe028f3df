# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K3: names that refer to other entries."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

REFERENCES = (
    Code(
        code="K301",
        title="A service needs one that is not declared",
        explanation="needs, uses and similar keys name services of the same spec, and there is none of this name.",
        remedy="Correct the name, add the service under services, or remove it from the list.",
        wrong="""
            services:
              postgresql:
              nextcloud: {needs: [postgress]}
            """,
        right="""
            services:
              postgresql:
              nextcloud: {needs: [postgresql]}
            """,
    ),
    Code(
        code="K302",
        title="A name is declared twice",
        explanation=(
            "Two entries stand for the same name, for example because two ranges overlap. It would be unclear which "
            "of them describes the machine."
        ),
        remedy="Make the ranges disjoint; for an exception to a range use overrides.",
        wrong="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1+10}"}
              worker-3: {address: 10.0.0.13, memory: 64GiB}
            """,
        right="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1+10}"}
            overrides:
              worker-3: {memory: 64GiB}
            """,
    ),
    Code(
        code="K303",
        title="An unknown network",
        explanation="A node names a network that is not declared under networks.",
        remedy="Correct the name, or declare the network.",
        wrong="""
            networks:
              lan: {cidr: 192.168.1.0/24}
            nodes:
              nas: {address: 192.168.1.10, network: lann}
            """,
        right="""
            networks:
              lan: {cidr: 192.168.1.0/24}
            nodes:
              nas: {address: 192.168.1.10, network: lan}
            """,
    ),
    Code(
        code="K304",
        title="An unknown template",
        explanation="from names an entry of templates, and there is none of this name, or templates refer in a circle.",
        remedy="Correct the name, or add the template.",
        wrong="""
            templates:
              small: {cpu: 2, memory: 4GiB}
            nodes:
              nas: {from: smal, address: 192.168.1.10}
            """,
        right="""
            templates:
              small: {cpu: 2, memory: 4GiB}
            nodes:
              nas: {from: small, address: 192.168.1.10}
            """,
    ),
    Code(
        code="K305",
        title="An override of something that does not exist",
        explanation="overrides lists exceptions to nodes that are declared elsewhere; this name is no node.",
        remedy="Correct the name, or remove the override.",
        wrong="""
            nodes:
              worker-[01:03]: {address: "10.0.0.{1+10}"}
            overrides:
              worker-4: {state: maintenance}
            """,
        right="""
            nodes:
              worker-[01:03]: {address: "10.0.0.{1+10}"}
            overrides:
              worker-03: {state: maintenance}
            """,
    ),
    Code(
        code="K306",
        title="A place to run on that does not exist",
        explanation=(
            "runs_on names a node, a cluster or another selector for a service, and a hypervisor for a virtual "
            "machine. Nothing of this name is declared."
        ),
        remedy="Correct the name, or declare the node or cluster.",
        wrong="""
            nodes:
              mini: 192.168.1.11
            services:
              jellyfin: {runs_on: mni}
            """,
        right="""
            nodes:
              mini: 192.168.1.11
            services:
              jellyfin: {runs_on: mini}
            """,
    ),
    Code(
        code="K307",
        title="A name that means two things",
        explanation=(
            "The same word is the name of a node and of a cluster or site, so a selector with this word would be "
            "ambiguous."
        ),
        remedy="Rename one of them, or write the selector with its prefix, such as site:hq.",
        wrong="""
            sites:
              hq: {city: Berlin}
            nodes:
              hq: {address: 10.0.0.1, site: hq}
            services:
              portal: {runs_on: hq}
            """,
        right="""
            sites:
              hq: {city: Berlin}
            nodes:
              hq-1: {address: 10.0.0.1, site: hq}
            services:
              portal: {runs_on: "site:hq"}
            """,
    ),
    Code(
        code="K308",
        title="A selector that matches nothing",
        explanation="The selector is well formed, but no node fits it, so nothing would happen where it is used.",
        remedy="Correct the selector; the message names what exists.",
        wrong="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1+10}"}
            services:
              portal: {runs_on: "workers-*"}
            """,
        right="""
            nodes:
              worker-[1:3]: {address: "10.0.0.{1+10}"}
            services:
              portal: {runs_on: "worker-*"}
            """,
    ),
    Code(
        code="K309",
        title="An unknown kit",
        explanation=(
            "A service is installed by its kit: the one named by kit, or else the one with the service's own name. "
            "None of the catalogues that were searched has it."
        ),
        remedy="Correct the name, name the kit with kit, or add its source under catalog.",
        wrong="""
            services:
              photos: {kit: imich}
            """,
        right="""
            services:
              photos: {kit: immich}
            """,
    ),
    Code(
        code="K310",
        title="A param that the kit does not take",
        explanation=(
            "params is checked against the kit: a param is unknown, is missing, or has a value of the wrong type."
        ),
        remedy="Look up the kit's params; the message lists them.",
        wrong="""
            services:
              nextcloud: {params: {admin: root}}
            """,
        right="""
            services:
              nextcloud: {params: {admin_user: root}}
            """,
    ),
    Code(
        code="K311",
        title="A capability that nobody provides",
        explanation=(
            "The kit of this service requires something, such as a PostgreSQL database, and no service of the spec "
            "provides it."
        ),
        remedy="Add one of the services that are suggested.",
        wrong="""
            services:
              nextcloud:
            """,
        right="""
            services:
              postgresql:
              nextcloud: {needs: [postgresql]}
            """,
    ),
    Code(
        code="K312",
        severity=Severity.WARNING,
        title="Declared, but used by nothing",
        explanation=(
            "A network, template, backup target or database is declared and no other entry refers to it. Often the "
            "name was changed in one place only."
        ),
        remedy="Use it, or remove it.",
        wrong="""
            templates:
              small: {cpu: 2, memory: 4GiB}
            nodes:
              nas: 192.168.1.10
            """,
        right="""
            templates:
              small: {cpu: 2, memory: 4GiB}
            nodes:
              nas: {from: small, address: 192.168.1.10}
            """,
    ),
    Code(
        code="K313",
        title="A reference to something that does not exist",
        explanation=(
            "A reference such as ${nodes.nas.address} names a value of the same spec. There is none at this path; a "
            "trailing ? means that the value may be absent."
        ),
        remedy="Correct the path, or end it with ? to leave the value out when it is absent.",
        wrong="""
            nodes:
              nas: 192.168.1.10
            services:
              portal: {params: {server: "${nodes.nass.address}"}}
            """,
        right="""
            nodes:
              nas: 192.168.1.10
            services:
              portal: {params: {server: "${nodes.nas.address}"}}
            """,
    ),
)
