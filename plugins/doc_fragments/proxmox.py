# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules for Proxmox share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of everything that speaks to a Proxmox."""

    DOCUMENTATION = r"""
options:
  api:
    description: The address of the API. Scheme and port may be left out.
    type: str
    required: true
  token:
    description: The token, as C(USER@REALM!NAME=UUID).
    type: str
    required: true
  verify_tls:
    description: Whether the certificate of the API is checked.
    type: bool
    default: true
  ca:
    description:
      - A file with the certificate that signed the API's, such as C(/etc/pve/pve-root-ca.pem) of the hypervisor.
      - When left out, the authorities that Python's requests knows are trusted. C(REQUESTS_CA_BUNDLE) replaces those,
        and never this file.
    type: path
  node:
    description: The hypervisor, by its name in Proxmox.
    type: str
    required: true
  stack:
    description: The name of the stack whose virtual machines are ours.
    type: str
    required: true
  storage:
    description: The storage for disks of virtual machines.
    type: str
notes:
  - This runs on the controller, whatever the host of the task, and needs no connection to it.
  - "A virtual machine is ours when its notes have the line C(kombify.stack: STACK/NODE). All others are left alone."
requirements:
  - proxmoxer >= 2.2, < 3 on the controller
  - requests >= 2.32, < 3 on the controller
attributes:
  platform:
    description: Target systems of the task.
    support: full
    platforms: all
"""
