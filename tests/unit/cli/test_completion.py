"""Names that the shell offers come from the spec here; a broken one offers what it can."""

from __future__ import annotations

import pytest

from kombify.cli import completion


def test_services_nodes_and_codes_are_offered(run, stack) -> None:
    stack("home")
    assert completion.services("v") == ["vaultwarden"]
    assert completion.nodes("") == ["nas", "mini", "pi"]
    assert completion.services_and_codes("im") == ["immich"]
    assert "K601" in completion.services_and_codes("K6")


def test_without_a_spec_nothing_is_offered(run) -> None:
    assert completion.services("") == []


def test_the_shell_gets_the_names(run, stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack("home")
    monkeypatch.setenv("_KOMBIFY_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "kombify explain va")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run().out.split() == ["vaultwarden"]
