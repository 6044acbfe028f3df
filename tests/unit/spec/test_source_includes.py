"""Paths that lead nowhere are problems, in the spec itself and in what it includes."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec

HEADER = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: home\n"


def test_a_spec_that_is_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").symlink_to("spec.yaml")
    [problem] = load_spec(tmp_path / "spec.yaml").problems
    assert problem.message == "the file cannot be read: too many levels of symbolic links"


def test_every_include_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "spec.yaml").write_text(f"{HEADER}include: [loop, ., /dev/zero, none.yaml, {'x' * 300}]\n")
    found = {problem.message for problem in load_spec(tmp_path / "spec.yaml").problems}
    assert found == {
        "the file cannot be read: too many levels of symbolic links",
        "this is a directory",
        "this is a device, not a file",
        "included file 'none.yaml' does not exist",
        f"included file '{'x' * 300}' does not exist",
    }
