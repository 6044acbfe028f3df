"""The inventory that we print is, to Ansible, the same as the one that its plugin loads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STACKS = Path(__file__).parents[3] / "inventories"
VARS = '{"shown": "{{ inventory_hostname }}", "note": "a: #b"}'


def listed(inventory: Path, folder: Path) -> dict[str, Any]:
    """Return what Ansible makes of an inventory."""
    program = Path(sys.executable).with_name("ansible-inventory")
    environment = {**os.environ, "HOME": str(folder), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
    (folder / "ansible.cfg").touch()
    words = [program, "-i", inventory, "--list"]
    ran = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize("stack", ["home", "platform"])
def test_ansible_reads_the_static_inventory_as_it_reads_the_spec(stack: str, form: str, run, tmp_path: Path) -> None:
    spec = tmp_path / "kombination.yaml"
    shutil.copyfile(STACKS / stack / "kombination.yaml", spec)
    if form == "file":
        inventory = tmp_path / "static.yaml"
        inventory.write_text(run("inventory").out, encoding="utf-8")
    else:
        assert run("export", "out").code == 0
        inventory = tmp_path / "out/inventory/hosts.yaml"
    assert listed(inventory, tmp_path) == listed(spec, tmp_path)


def test_what_only_looks_like_a_template_is_none(run, stack, tmp_path: Path) -> None:
    stack("home")
    lookup = "{{ lookup('pipe', 'touch owned') }}"
    words = [f"--set=nodes.nas.labels.x={json.dumps(lookup)}", f"--set=nodes.nas.vars={VARS}"]
    text = run("inventory", "--host", "nas", *words).out
    assert f"!unsafe '{lookup.replace(chr(39), chr(39) * 2)}'" in text.replace("\n   ", "")
    assert "shown: '{{ inventory_hostname }}'" in text
