"""Variables from outside as a file for Ansible in which nothing is a template.

Extra variables are trusted by Ansible: a value with braces would be executed on the controller. One YAML document
whose root is ``!unsafe`` and whose texts are all quoted is the one form in which no value is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

VARIABLES = "env/extravars"
"""Where the file is, from a job's folder on. It is removed as soon as the run has ended."""
_TEMPLATE = re.compile(r"\{\{|\{%|\{#|^\s*#jinja2:", re.IGNORECASE)


class _Root(dict[str, Any]):
    """The root of the document."""


class _Loader(yaml.SafeLoader):
    """Reads the root as the dictionary that it is."""


def _root(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("!unsafe", _root)


class _Dumper(yaml.SafeDumper):
    """Quotes every text, and repeats what occurs twice instead of pointing at it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an alias."""
        return True


_Dumper.add_representer(_Root, lambda dumper, root: dumper.represent_mapping("!unsafe", dict(root)))
_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", _clean(text), style='"')
)


def dump_variables(variables: Mapping[str, Any]) -> str:
    """Return the file."""
    return yaml.dump(_Root(variables), Dumper=_Dumper, width=1 << 30, default_flow_style=False)


def load_variables(path: Path) -> dict[str, Any]:
    """Read the file; without one there are no variables."""
    if not path.exists():
        return {}
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe loader
    return found


def _clean(text: str) -> str:
    """Leave out what YAML cannot hold: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def templates_in(value: Any, place: str) -> Iterator[str]:
    """Yield the places in a value that Ansible would take for templates if anything ever let it."""
    if isinstance(value, str) and _TEMPLATE.search(value):
        yield place
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from templates_in(str(name), place)
            yield from templates_in(one, f"{place}.{name}")
    elif isinstance(value, (list, tuple)):
        for position, one in enumerate(value):
            yield from templates_in(one, f"{place}[{position}]")
