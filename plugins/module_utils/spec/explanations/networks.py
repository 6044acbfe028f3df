# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K5: addresses, ports and networks."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

NETWORKS = (
    Code(
        code="K501",
        title="An address is used twice",
        explanation=(
            "Two nodes would answer at the same address, and connections would reach one or the other by chance."
        ),
        remedy="Give one of them another address; the next free one is suggested.",
        wrong="""
            nodes:
              nas: 192.168.1.10
              mini: 192.168.1.10
            """,
        right="""
            nodes:
              nas: 192.168.1.10
              mini: 192.168.1.11
            """,
    ),
    Code(
        code="K502",
        title="An address outside its network",
        explanation=(
            "The address does not belong to the network of its node, or is the network's first or broadcast address, "
            "or lies in a part that is reserved or left to DHCP."
        ),
        remedy="Take an address of the free range that is shown, or another network.",
        wrong="""
            networks:
              lan: {cidr: 192.168.1.0/24}
            nodes:
              nas: {network: lan, address: 192.168.2.10}
            """,
        right="""
            networks:
              lan: {cidr: 192.168.1.0/24}
            nodes:
              nas: {network: lan, address: 192.168.1.10}
            """,
    ),
    Code(
        code="K503",
        title="Networks overlap",
        explanation=(
            "Two networks, links, or the pod and service networks of a cluster share addresses, so a router could not "
            "tell where to send a packet."
        ),
        remedy="Choose ranges that do not overlap.",
        wrong="""
            networks:
              lan: {cidr: 192.168.100.0/24}
              iot: {cidr: 192.168.100.128/25}
            """,
        right="""
            networks:
              lan: {cidr: 192.168.100.0/25}
              iot: {cidr: 192.168.100.128/25}
            """,
    ),
    Code(
        code="K504",
        severity=Severity.WARNING,
        title="A domain name that will not resolve everywhere",
        explanation=(
            "Names below .local belong to multicast DNS, and many resolvers do not look them up; a public name for a "
            "host with a private address works only inside."
        ),
        remedy="At home use home.arpa, which is reserved for this purpose.",
        wrong="domain: home.local",
        right="domain: home.arpa",
    ),
    Code(
        code="K505",
        title="A host port is used twice on a node",
        explanation="Two services on the same node want the same port of the host; the second could not start.",
        remedy="Give one of them another port (the next free one is suggested), or another node.",
        wrong="""
            nodes:
              mini: 192.168.1.11
            services:
              traefik: {runs_on: mini, ports: [443]}
              portal: {runs_on: mini, ports: [443]}
            """,
        right="""
            nodes:
              mini: 192.168.1.11
            services:
              traefik: {runs_on: mini, ports: [443]}
              portal: {runs_on: mini, ports: [8443]}
            """,
    ),
    Code(
        code="K506",
        title="A URL is exposed twice",
        explanation="Two services want the same host name and path, and the proxy could send requests to only one.",
        remedy="Choose another host name or path for one of them.",
        wrong="""
            services:
              portal: {expose: cloud.example.net}
              nextcloud: {expose: cloud.example.net}
            """,
        right="""
            services:
              portal: {expose: portal.example.net}
              nextcloud: {expose: cloud.example.net}
            """,
    ),
    Code(
        code="K507",
        title="A port is taken by another program",
        explanation=(
            "The check before a run found a program on the node that listens on a port which a service needs. This is "
            "found on the running machine, not in the spec."
        ),
        remedy="Stop the program that is named, or give the service another port.",
        wrong="""
            services:
              traefik: {ports: [80]}   # and another web server listens on port 80
            """,
        right="""
            services:
              traefik: {ports: [8081]}
            """,
    ),
    Code(
        code="K508",
        title="Fewer addresses than nodes",
        explanation=(
            "The address of a range of nodes does not count along with them, or a network has fewer free addresses "
            "than nodes that wait for one."
        ),
        remedy="Let the address count along with {1}, or make the network larger.",
        wrong="""
            nodes:
              worker-[1:5]: {address: 10.0.0.11}
            """,
        right="""
            nodes:
              worker-[1:5]: {address: "10.0.0.{1+10}"}
            """,
    ),
    Code(
        code="K509",
        severity=Severity.WARNING,
        title="A VLAN number for two networks",
        explanation=(
            "Two networks with different addresses share a VLAN number, so they share one wire. Numbers go from 1 to "
            "4094."
        ),
        remedy="Give one of them another number.",
        wrong="""
            networks:
              lan: {cidr: 10.0.1.0/24, vlan: 10}
              iot: {cidr: 10.0.2.0/24, vlan: 10}
            """,
        right="""
            networks:
              lan: {cidr: 10.0.1.0/24, vlan: 10}
              iot: {cidr: 10.0.2.0/24, vlan: 20}
            """,
    ),
)
