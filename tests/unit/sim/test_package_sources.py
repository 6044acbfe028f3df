"""Where machines of a lab may get packages from: what apt and pip of this machine say, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.sim.egress.sources import AptSource, apt_sources, deb822_sources, one_line_sources, pip_urls, sites
from kombify.sim.errors import SimError
from kombify.sim.image import make_recipe

MAIN = "http://mirror.example.org/debian"
SECURITY = "http://mirror.example.org/debian-security"


def test_lines_of_sources_list() -> None:
    text = f"""
    # deb http://commented.example.org/debian x main
    deb {MAIN} bookworm main contrib
    deb [arch=amd64 signed-by=/usr/share/k.gpg] https://other.example.org/apt stable main  # why
    deb-src {MAIN} bookworm main
    """
    assert one_line_sources(text) == [
        AptSource(MAIN, "bookworm", ("main", "contrib")),
        AptSource("https://other.example.org/apt", "stable", ("main",)),
    ]


def test_paragraphs_of_deb822() -> None:
    text = f"""\
Types: deb deb-src
# a comment
URIs: {MAIN}
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 URIs: http://not.example.org/

Types: deb-src
URIs: http://sources.example.org/
Suites: x

Enabled: no
Types: deb
URIs: http://off.example.org/
Suites: x
"""
    assert deb822_sources(text) == [
        AptSource(MAIN, "bookworm", ("main",)),
        AptSource(MAIN, "bookworm-updates", ("main",)),
    ]


def test_both_kinds_of_files_count(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb http://one.example.org/ a main\n")
    (tmp_path / "sources.list.d/x.list").write_text("deb http://two.example.org/ a main\n")
    (tmp_path / "sources.list.d/y.sources").write_text("Types: deb\nURIs: http://three.example.org/\nSuites: a\n")
    (tmp_path / "sources.list.d/z.save").write_text("deb http://not.example.org/ a main\n")
    assert [source.uri.split("/")[2].split(".")[0] for source in apt_sources(tmp_path)] == ["one", "two", "three"]


def test_no_sources_are_none(tmp_path: Path) -> None:
    assert apt_sources(tmp_path) == []


def test_where_pip_looks(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nextra-index-url =\n  https://index.example.org/simple\n  file:///opt/simple\n"
    )
    environment = {"PIP_INDEX_URL": "https://first.example.org/simple"}
    assert pip_urls(environment, [tmp_path / "pip.conf", tmp_path / "missing.conf"]) == [
        "https://first.example.org/simple",
        "https://index.example.org/simple",
        "file:///opt/simple",
    ]


def test_sites_are_hosts_with_their_port() -> None:
    urls = ["http://a.example.org/x", "https://b.example.org", "http://c.example.org:8080/", "file:///opt", "cdrom:x"]
    assert sites(urls) == {("a.example.org", 80), ("b.example.org", 443), ("c.example.org", 8080)}


SOURCES = [
    AptSource("https://other.example.org/apt", "stable", ("main",)),
    AptSource(MAIN, "bookworm", ("main",)),
    AptSource(SECURITY, "bookworm-security", ("main",)),
]


def test_the_image_is_made_from_the_machines_own_mirrors() -> None:
    recipe = make_recipe("debian", "bookworm", SOURCES)
    assert recipe.sources == (
        f"deb {MAIN} trixie main",
        f"deb {MAIN} trixie-updates main",
        f"deb {SECURITY} trixie-security main",
    )


def test_on_ubuntu_the_image_is_of_the_machines_release() -> None:
    recipe = make_recipe("ubuntu", "noble", [AptSource("http://u.example.org/ubuntu", "noble", ("main",))])
    assert recipe.release == "noble"
    assert recipe.sources[0] == "deb http://u.example.org/ubuntu noble main universe"


@pytest.mark.parametrize(
    ("system", "codename", "said"),
    [("fedora", "", "runs 'fedora'"), ("debian", "forky", "no source with the suite 'forky'")],
)
def test_a_machine_that_cannot_make_an_image_is_told_why(system: str, codename: str, said: str) -> None:
    with pytest.raises(SimError, match=said):
        make_recipe(system, codename, SOURCES)


def test_another_recipe_is_another_image() -> None:
    one = make_recipe("debian", "bookworm", SOURCES)
    assert one.key == make_recipe("debian", "bookworm", SOURCES).key
    assert one.key != make_recipe("debian", "bookworm", SOURCES[:2]).key
