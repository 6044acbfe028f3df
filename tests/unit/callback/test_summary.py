"""The summary as plain `ansible-playbook` prints it into a pipe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOM = "Make room there (df -h; journalctl --vacuum-size=100M; apt-get clean), then run the same command again."
INTERPRETER = "ansible_python_interpreter={{ ansible_playbook_python }}"
PLAYBOOK = """\
- name: Prepare machines
  hosts: all
  gather_facts: false
  tasks:
    - name: Change something
      ansible.builtin.debug:
        msg: hello
      changed_when: true
    - name: Try something
      ansible.builtin.assert:
        that: false
      ignore_errors: true
    - name: Rescue something
      block:
        - name: Break
          ansible.builtin.assert:
            that: false
      rescue:
        - name: Mend
          ansible.builtin.debug:
            msg: mended
    - name: Fill the disk
      ansible.builtin.command: "sh -c 'echo tar: No space left on device; exit 1'"
      check_mode: false
      when: inventory_hostname == 'mini'
- name: Look around
  hosts: all
  gather_facts: false
  tasks:
    - name: Look
      ansible.builtin.debug:
        msg: fine
- name: Join machines by VPN
  hosts: nobody
  gather_facts: false
  tasks: []
"""


def played(folder: Path, *options: str) -> str:
    """Run the playbook on two hosts and return what came after Ansible's own recap."""
    (folder / "site.yml").write_text(PLAYBOOK, encoding="utf-8")
    given = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            "-i",
            "nas,mini,",
            "-c",
            "local",
            "-e",
            INTERPRETER,
            "site.yml",
            *options,
        ],
        cwd=folder,
        env={**given, "ANSIBLE_CALLBACKS_ENABLED": "kombify.stack.summary"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode in (0, 2), ran.stdout + ran.stderr
    return re.sub(r"\d+\.\d$", "0.0", ran.stdout.partition("SUMMARY ")[2], flags=re.MULTILINE)


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["for real", "in check mode"])
def test_stages_are_counted_and_failures_explained(options: tuple[str, ...], tmp_path: Path) -> None:
    shown = played(tmp_path, *options).splitlines()
    assert [line for line in shown[1:] if line] == [
        "stage    hosts     ok  changed  failed  seconds",
        "prepare      2      7        2       1      0.0",
        "mini, stage prepare, task 'Fill the disk'",
        "  what happened: the disk of mini is full",
        f"  what to do:    {ROOM}",
        "  it said:       tar: No space left on device",
    ]


def test_a_run_that_does_nothing_has_no_summary(tmp_path: Path) -> None:
    assert played(tmp_path, "--tags", "nothing") == ""
