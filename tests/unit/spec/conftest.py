"""Specs for tests: written as text, read from a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec, load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

HEADER = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
"""

Load = Callable[..., Spec]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Read a spec of some text below a good header; other files by their names, overlays and sets as arguments."""
    monkeypatch.chdir(tmp_path)

    def reader(text: str, *, overlays: tuple[str, ...] = (), sets: tuple[str, ...] = (), **files: str) -> Spec:
        for name, content in {"kombination": HEADER + dedent(text), **files}.items():
            Path(f"{name}.yaml").write_text(dedent(content), encoding="utf-8")
        layers = []
        for number, content in enumerate(overlays):
            layers.append(Path(f"overlay-{number}.yaml"))
            layers[-1].write_text(dedent(content), encoding="utf-8")
        return load_spec(Path("kombination.yaml"), overlays=layers, sets=sets)

    return reader


@pytest.fixture
def check(load: Load) -> Callable[..., list[str]]:
    """Return what is wrong with a spec as ``CODE message``, in the order of the file."""

    def checker(text: str, *, overlays: tuple[str, ...] = (), sets: tuple[str, ...] = (), **files: str) -> list[str]:
        spec = load(text, overlays=overlays, sets=sets, **files)
        check_spec(spec)
        return [f"{problem.code} {problem.message}" for problem in spec.problems]

    return checker


PARSERS = {"python": yaml.SafeLoader} | ({"libyaml": yaml.CSafeLoader} if yaml.__with_libyaml__ else {})


@pytest.fixture(params=sorted(PARSERS))
def loader(request: pytest.FixtureRequest) -> Any:
    """Each parser that PyYAML has here: a spec must mean the same to all of them."""
    return PARSERS[request.param]
