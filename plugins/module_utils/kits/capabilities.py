# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What services can supply to each other: one list, with what the consumer of each learns about it."""

from __future__ import annotations

from typing import Literal, get_args

Capability = Literal[
    "postgresql",
    "mysql",
    "mongodb",
    "valkey",
    "clickhouse",
    "amqp",
    "s3",
    "oidc",
    "ldap",
    "smtp",
    "route",
    "secrets",
    "discovery",
    "certificates",
    "metrics",
    "logs",
    "namespaces",
    "tunnel",
    "hub",
]

CAPABILITIES: tuple[str, ...] = get_args(Capability)

# One instance can serve many consumers, each with a database (or index) of its own.
DATABASES = frozenset({"postgresql", "mysql", "mongodb", "valkey", "clickhouse"})

_DATABASE = ("host", "port", "database", "username", "password", "secret_name", "url")
_DIRECTORY = ("host", "port", "username", "password", "base_dn")

# What ${requires.NAME.X} may name, by type.
OUTPUTS: dict[str, tuple[str, ...]] = {
    "postgresql": _DATABASE,
    "mysql": _DATABASE,
    "mongodb": _DATABASE,
    "clickhouse": (*_DATABASE, "http_port"),
    "valkey": ("host", "port", "index", "password", "secret_name", "url"),
    "amqp": ("host", "port", "username", "password", "secret_name", "url"),
    "s3": ("endpoint", "bucket", "access_key", "secret_key", "region", "secret_name"),
    "oidc": ("issuer", "client_id", "client_secret", "redirect", "secret_name"),
    "ldap": _DIRECTORY,
    "smtp": (*_DIRECTORY, "secret_name"),
    "route": ("url", "host"),
    "secrets": ("url",),
    "discovery": ("host", "port"),
    "certificates": ("issuer",),
    "metrics": ("url",),
    "logs": ("url",),
    "namespaces": (),
    "tunnel": ("url",),
    "hub": ("url",),
}
