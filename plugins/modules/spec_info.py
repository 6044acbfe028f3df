#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: spec_info
short_description: Check a spec and return what it declares
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Reads a C(kombination.yaml) with all that it includes, checks it, and returns it with ranges expanded and
    templates, overrides and overlays merged.
  - A spec with errors fails the task with all its errors.
extends_documentation_fragment: [kombify.stack.stack]
attributes:
  diff_mode:
    description: Has nothing to show in diff mode, because nothing can change.
    support: full
seealso:
  - module: kombify.stack.plan_info
  - plugin: kombify.stack.kombination
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Check the spec of this inventory
  kombify.stack.spec_info:
  run_once: true
  register: stack

- name: Check a spec with the changes for production
  kombify.stack.spec_info:
    path: inventories/home/kombination.yaml
    overlays: [prod.yaml]
    set: [services.vaultwarden.replicas=2]
"""

RETURN = r"""
path:
  description: The spec that was read.
  returned: success
  type: str
  sample: /srv/home/kombination.yaml
name:
  description: The name of the stack.
  returned: success
  type: str
  sample: home
domain:
  description: The domain of the stack, or null.
  returned: success
  type: str
  sample: home.arpa
timezone:
  description: The time zone of the stack.
  returned: success
  type: str
  sample: UTC
counts:
  description: How many entries each section has, with ranges expanded.
  returned: success
  type: dict
  sample: {clusters: 0, databases: 0, links: 0, networks: 0, nodes: 2, providers: 0, services: 3, sites: 0}
files:
  description: The files that were read.
  returned: success
  type: list
  elements: str
  sample: [/srv/home/kombination.yaml]
digest:
  description: A hash of everything that was read.
  returned: success
  type: str
  sample: 9b0d7f0e0ee7e6a5c7cbf5e9a3f9f4b6c0d1f2a3b4c5d6e7f8091a2b3c4d5e6f
spec:
  description: The spec without what equals a default. Secrets are references.
  returned: success
  type: dict
  sample: {name: home, nodes: {nas: {address: 192.168.1.10}}, services: {jellyfin: {runs_on: [nas]}}}
problems:
  description:
    - Warnings and notes; errors too when the task fails.
    - Each with its code, severity, message, hint, place and related places.
  returned: always
  type: list
  elements: dict
  sample:
    - code: K306
      severity: error
      message: service 'jellyfin' runs_on 'nsa', which is neither a node nor a cluster
      hint: did you mean 'nas'?
      place: {file: kombination.yaml, line: 15, column: 14, width: 3, text: "    runs_on: nsa"}
      related: []
"""
