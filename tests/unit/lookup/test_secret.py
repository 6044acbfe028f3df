"""The lookup in a play: values reach the task that needs them, and errors say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PLAY = """\
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('kombify.stack.secret', 'file:token', 'ansible-vault:closed.yml#a.b', 'env:T') }}"
"""
CLOSED = "a: {b: closed}\n"


def run(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    programs = Path(sys.executable).parent
    (folder / "play.yml").write_text(PLAY, encoding="utf-8")
    (folder / "hosts.ini").write_text("one\n", encoding="utf-8")
    (folder / "password").write_text("p", encoding="utf-8")
    return subprocess.run(
        [programs / "ansible-playbook", "-i", "hosts.ini", "--vault-password-file", "password", "play.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", **environ},
    )


def test_a_play_reads_secrets_of_several_stores(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0\n", encoding="utf-8")
    (tmp_path / "closed.yml").write_text(CLOSED, encoding="utf-8")
    (tmp_path / "password").write_text("p", encoding="utf-8")
    closing = ["ansible-vault", "encrypt", "--vault-password-file", "password", "closed.yml"]
    subprocess.run(
        [Path(sys.executable).with_name(closing[0]), *closing[1:]], cwd=tmp_path, check=True, capture_output=True
    )
    done = run(tmp_path, T="t1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"t0,closed,t1"' in done.stdout or all(f'"{value}"' in done.stdout for value in ("t0", "closed", "t1"))


def test_a_secret_that_is_not_there_fails_the_task_with_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "token does not exist. What to do: create it with mode 0600." in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr
