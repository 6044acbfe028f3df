# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A source of kits that cannot be read is a problem of its own, not a missing kit."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
domain: home.arpa
catalog:
  - {source}
"""


def problems(source: str, folder: Path) -> list[str]:
    (folder / "kombination.yaml").write_text(SPEC.replace("{source}", source), encoding="utf-8")
    return [f"{one.place.line}: {one.message}" for one in open_project(folder).plan().problems if one.code == "K309"]


@pytest.mark.parametrize("kind", ["git", "oci"])
def test_a_source_that_would_have_to_be_fetched_is_refused(kind: str, tmp_path: Path) -> None:
    found = problems(f"{{{kind}: https://example.net/kits}}", tmp_path)
    assert found == [f"6: kits are read from folders, a {kind} source is not fetched"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert problems("{path: ./kitts}", tmp_path) == ["6: the source of kits './kitts' is not a folder"]


def test_a_folder_of_kits_is_fine(tmp_path: Path) -> None:
    (tmp_path / "kits").mkdir()
    assert not problems("{path: ./kits}", tmp_path)
