"""Where this machine's own apt and pip get packages from: a lab may go there, and nowhere else."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_ONE_LINE = re.compile(r"^deb\s+(?:\[[^]]*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s*(?P<components>.*)$")
_PIP_KEYS = ("index-url", "extra-index-url", "find-links")
_DEFAULT_PORTS = {"http": 80, "https": 443}
Site = tuple[str, int]
"""A host and a port."""


@dataclass(frozen=True)
class AptSource:
    """One place of Debian packages."""

    uri: str
    suite: str
    components: tuple[str, ...]


def one_line_sources(text: str) -> list[AptSource]:
    """Read the form of sources.list."""
    found = (_ONE_LINE.match(line.partition("#")[0].strip()) for line in text.splitlines())
    return [AptSource(line["uri"], line["suite"], tuple(line["components"].split())) for line in found if line]


def deb822_sources(text: str) -> list[AptSource]:
    """Read the form of debian.sources: paragraphs of fields."""
    return [source for paragraph in re.split(r"\n\s*\n", text) for source in _stanza(paragraph)]


def _stanza(paragraph: str) -> Iterator[AptSource]:
    lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
    text = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
    fields = {
        key.strip().lower(): value.split() for key, _colon, value in (line.partition(":") for line in text.splitlines())
    }
    if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
        return
    for uri in fields.get("uris", []):
        for suite in fields.get("suites", []):
            yield AptSource(uri, suite, tuple(fields.get("components", [])))


def apt_sources(etc: Path = Path("/etc/apt")) -> list[AptSource]:
    """Return the package sources of this machine."""
    lists = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    stanzas = sorted((etc / "sources.list.d").glob("*.sources"))
    return [
        *(source for path in lists if path.exists() for source in one_line_sources(_text(path))),
        *(source for path in stanzas for source in deb822_sources(_text(path))),
    ]


def pip_urls(environment: Mapping[str, str], files: Iterable[Path]) -> list[str]:
    """Return where pip is told to look, by its variables and its files."""
    said = [environment.get(f"PIP_{key.upper().replace('-', '_')}", "") for key in _PIP_KEYS]
    for path in files:
        parser = configparser.RawConfigParser()
        parser.read(path, encoding="utf-8")
        said += [parser.get(section, key, fallback="") for section in parser.sections() for key in _PIP_KEYS]
    return [url for text in said for url in text.split()]


def pip_files(home: Path) -> list[Path]:
    """Return the files that pip reads, for all users and for one."""
    return [Path("/etc/pip.conf"), home / ".pip/pip.conf", home / ".config/pip/pip.conf"]


def sites(urls: Iterable[str]) -> frozenset[Site]:
    """Return the hosts and ports of addresses; those of this machine itself, such as files, are none."""
    split = [urlsplit(url) for url in urls]
    return frozenset(
        (url.hostname, url.port or _DEFAULT_PORTS[url.scheme])
        for url in split
        if url.hostname and url.scheme in _DEFAULT_PORTS
    )


def allowed_sites() -> frozenset[Site]:
    """Return what the machines of a lab may reach."""
    pip = pip_urls(os.environ, pip_files(Path.home()))
    return sites([source.uri for source in apt_sources()] + pip)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
