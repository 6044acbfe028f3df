"""From words of a command line to values: variables, references to secrets, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import SCHEMES, parse_secret_ref
from kombify.cli.ending import Stop


def variables(words: Iterable[str]) -> dict[str, Any]:
    """Read ``key=value``, ``@file`` with YAML or JSON, and JSON objects; the last one wins."""
    found: dict[str, Any] = {}
    for word in words:
        found.update(_variables(word))
    return found


def secrets(words: Iterable[str]) -> dict[str, str]:
    """Read ``name=vault:PATH#KEY``. What is no reference is not repeated: it may well be the secret itself."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, reference = word.partition("=")
        if not equals or not _is_reference(reference):
            raise Stop(
                f"--secret {name if equals else ''} is no reference to a secret",
                f"write NAME=vault:PATH#KEY, never the value itself; schemes: {', '.join(sorted(SCHEMES))}",
            )
        found[name] = reference
    return found


def names(words: Iterable[str]) -> list[str]:
    """Read names that were given one by one, or with commas between them."""
    return [name.strip() for word in words for name in word.split(",") if name.strip()]


def _variables(word: str) -> dict[str, Any]:
    if word.startswith("@"):
        return _object(_text_of(Path(word[1:])), f"the file {word[1:]}")
    if word.lstrip().startswith("{"):
        return _object(word, "what follows -e")
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise Stop(f"'{word}' is no variable", "write -e NAME=VALUE, -e @FILE, or -e '{\"NAME\": VALUE}'")
    return {name: value}


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror or error}", "name a file with YAML or JSON") from None
    except UnicodeDecodeError:
        raise Stop(f"{path} is not UTF-8", "name a file with YAML or JSON") from None


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
        json.dumps(found)
    except (yaml.YAMLError, TypeError) as error:
        said = " ".join(str(error).split())
        raise Stop(f"{where} cannot be read: {said}", "write names and values as YAML") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise Stop(f"{where} has to hold names and values", "write it like: replicas: 3")
    return found


def _is_reference(text: str) -> bool:
    return text.partition(":")[0] in SCHEMES and parse_secret_ref(text) is not None
