# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that several modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and attributes of everything that opens a stack."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - The spec, or the folder that holds its C(kombination.yaml).
      - A relative path counts from the playbook; where nothing is found there, from the working directory.
      - When left out, the first spec among the inventory sources of the run is taken, else the C(kombination.yaml)
        beside the playbook.
    type: str
    aliases: [spec_file]
  overlays:
    description: Files that are laid over the spec, in this order.
    type: list
    elements: str
    default: []
  set:
    description: Values that are laid over all files, each as C(path=value), such as V(services.nextcloud.replicas=2).
    type: list
    elements: str
    default: []
notes:
  - This runs on the controller, where spec, kits, facts and lock are, whatever the host of the task. It needs no
    connection; C(run_once) keeps it from being repeated for every host.
  - The spec is only ever read.
requirements:
  - pydantic >= 2.12, < 3 on the controller
  - rapidfuzz >= 3.9, < 4 on the controller
attributes:
  check_mode:
    description: Can run in check mode and return the same as without it.
    support: full
  platform:
    description: Target systems of the task.
    support: full
    platforms: all
"""
