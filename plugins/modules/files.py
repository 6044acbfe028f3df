#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write several files in one go, and take them back when they lock us out."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Write several files at once, all or nothing
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Writes, changes and removes files, reloads what reads them, and enables and starts systemd units; all in one run on
    the machine, which is many times faster than a task for each.
  - It is all or nothing. New files are written beside the old ones and checked first. When one of them is wrong, cannot
    be written, or a unit does not take it, everything is as it was before, and the task fails.
  - With O(confirm) a change that locks us out is taken back by the machine itself. It needs no controller for that, and
    it also happens when the machine is restarted in between.
  - A run that was killed in the middle is taken back by the next one, which then starts anew.
options:
  files:
    description: The files, each path once.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The absolute path.
        type: path
        required: true
      content:
        description:
          - What the file contains, or the lines of the O(files[].block).
          - When left out, an existing file keeps its content, a new one is empty.
        type: str
      block:
        description:
          - The name of a block of lines in the file, between two comments that carry this name.
          - Only these lines are ours then. All others stay as they are, also with O(files[].state=absent).
        type: str
      link:
        description: Make a symbolic link to this place instead of a file.
        type: str
      state:
        description: Whether the file, link or block shall be there.
        type: str
        choices: [present, absent]
        default: present
      mode:
        description:
          - The permissions, in octal.
          - When left out, those of the old file are kept; a new file has V(0644).
        type: str
      owner:
        description: Name or number of the owner. When left out, an existing file keeps its owner.
        type: str
      group:
        description: Name or number of the group. When left out, an existing file keeps its group.
        type: str
      folder_mode:
        description: The permissions of the folder when it has to be made. It then belongs to the owner of the file.
        type: str
        default: "0755"
      validate:
        description: A command that checks the new file before anything is changed; C(%s) stands for its name.
        type: str
      run:
        description: Commands to run when this file has changed, each a list of words; every command runs once.
        type: list
        elements: list
        default: []
      reload:
        description:
          - Units to reload when this file has changed, or to restart when they cannot reload. Every unit once.
          - A unit that was not active is started, and stopped again when the change is taken back.
          - One that O(units) wants stopped is left alone.
        type: list
        elements: str
        default: []
  units:
    description: systemd units and the state in which they shall be, once the files are there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The whole name, such as V(ssh.service).
        type: str
        required: true
      enabled:
        description: Whether it starts with the machine. When left out, that stays as it is.
        type: bool
      state:
        description: Whether it is active now. When left out, that stays as it is.
        type: str
        choices: [started, stopped]
  confirm:
    description:
      - Keep the change only when the machine can still be reached over a new connection.
      - Before the change the machine sets a timer that takes the change back. After it the controller gives up its
        connection, opens a new one, and stops the timer. When it cannot do that in time, the task fails and says why.
      - Use it for whatever could lock us out, such as SSH, firewall and network.
    type: bool
    default: false
  confirm_within:
    description: How many seconds there are to confirm the change once it is made.
    type: int
    default: 45
attributes:
  check_mode:
    description: Can run in check mode and predict what would change.
    support: full
  diff_mode:
    description: Shows in diff mode how files and units change.
    support: full
  platform:
    description: Systems with systemd; without O(units), O(files[].reload) and O(confirm) any POSIX system.
    support: full
    platforms: posix
notes:
  - O(files[].validate) is not asked in check mode.
  - When a change is taken back, the O(files[].run) commands of its files run again, with the old files.
seealso:
  - module: ansible.builtin.copy
  - module: ansible.builtin.blockinfile
  - module: ansible.builtin.systemd_service
"""

EXAMPLES = r"""
- name: Set the time zone and how much the journal keeps
  kombify.stack.files:
    files:
      - path: /etc/localtime
        link: /usr/share/zoneinfo/Europe/Berlin
      - path: /etc/systemd/journald.conf.d/50-size.conf
        content: |
          [Journal]
          SystemMaxUse=500M
        reload: [systemd-journald.service]
    units:
      - name: systemd-timesyncd.service
        enabled: true
        state: started

- name: Allow no passwords over SSH, unless that locks us out
  kombify.stack.files:
    files:
      - path: /etc/ssh/sshd_config.d/00-keys-only.conf
        content: |
          PasswordAuthentication no
        validate: /usr/sbin/sshd -t -f %s
        reload: [ssh.service]
    confirm: true
"""

RETURN = r"""
changed_files:
  description: The files that had to be changed.
  returned: success
  type: list
  elements: str
  sample: [/etc/localtime]
changed_units:
  description: The units that had to be enabled, disabled, started or stopped.
  returned: success
  type: list
  elements: str
  sample: [systemd-timesyncd.service]
taken_back:
  description: Changes of earlier runs that nobody had confirmed, and that were taken back first.
  returned: success, not in check mode
  type: list
  elements: str
  sample: []
confirm:
  description: The script on the machine with which the change is confirmed; it works until the next run.
  returned: when O(confirm) and something changed
  type: str
  sample: /var/lib/kombify/changes/1f0c2d3e/change.sh
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kombify.stack.plugins.module_utils.nodes.change import make_change
from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wanted import read_request

FILE = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str"},
    "block": {"type": "str"},
    "link": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "mode": {"type": "str"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "folder_mode": {"type": "str", "default": "0755"},
    "validate": {"type": "str"},
    "run": {"type": "list", "elements": "list", "default": []},
    "reload": {"type": "list", "elements": "str", "default": []},
}
UNIT = {
    "name": {"type": "str", "required": True},
    "enabled": {"type": "bool"},
    "state": {"type": "str", "choices": ["started", "stopped"]},
}
ARGUMENTS = {
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILE},
    "units": {"type": "list", "elements": "dict", "default": [], "options": UNIT},
    "confirm": {"type": "bool", "default": False},
    "confirm_within": {"type": "int", "default": 45},
}


def main() -> None:
    """Make the change that the parameters describe."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = make_change(read_request(module.params), module.run_command, check=module.check_mode)
    except NodeError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
