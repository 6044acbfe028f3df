"""Version ranges: what they accept, and what is no range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange, parse_version

NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=3)
VERSIONS = NUMBERS.map(lambda parts: ".".join(map(str, parts)))
RANGES = st.builds("{}{}".format, st.sampled_from([">=", "<=", ">", "<", "==", "!="]), VERSIONS)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=13", ["13", "16.4", "17"], ["12.9", "9"]),
        (">=1.0.0,<2", ["1.0.0", "1.9.9"], ["0.9", "2.0.0", "2"]),
        ("16", ["16", "16.4", "16.4.1"], ["1.6", "17", "160"]),
        ("v1.0.0", ["1.0.0", "v1.0.0"], ["1.0.1", "1.1.0"]),
        (">=0.0.0", ["0.0.0", "2026.8.0"], []),
        (">= 14, < 19", ["14", "18.6"], ["13", "19"]),
        ("~=1.4", ["1.4", "1.9"], ["2.0", "1.3"]),
    ],
)
def test_range_accepts_what_lies_inside(text: str, inside: list[str], outside: list[str]) -> None:
    wanted = VersionRange(text)
    assert [version for version in inside + outside if wanted.contains(version)] == inside


@pytest.mark.parametrize("text", ["", "latest", ">=", ">=1,", "1.2.3-apache", "~=16", "=>1", "1 2", "*", ">=x"])
def test_other_text_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        VersionRange(text)


@pytest.mark.parametrize("version", ["", "latest", "RELEASE.2025-09-07T16-13-09Z", "sha-4bfc5bb"])
def test_text_that_is_no_version_lies_in_no_range(version: str) -> None:
    assert not VersionRange(">=0").contains(version)


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        (">=0.0.0", True),
        (">1", True),
        ("!=3", True),
        (">=1,<2", False),
        ("v1.0.0", False),
        ("16", False),
        ("<=4", False),
    ],
)
def test_a_range_without_an_upper_end_is_open(text: str, open_: bool) -> None:
    assert VersionRange(text).is_open is open_


def test_highest_picks_by_number_and_not_by_letter() -> None:
    assert VersionRange(">=9").highest(["9", "10", "8"]) == "10"
    assert VersionRange("<9").highest(["9", "10"]) is None


@given(RANGES, RANGES, VERSIONS)
def test_an_intersection_accepts_exactly_what_both_accept(first: str, second: str, version: str) -> None:
    one, other = VersionRange(first), VersionRange(second)
    assert one.intersect(other).contains(version) == (one.contains(version) and other.contains(version))


@given(RANGES, RANGES, VERSIONS)
def test_the_order_of_an_intersection_does_not_matter(first: str, second: str, version: str) -> None:
    one, other = VersionRange(first), VersionRange(second)
    assert one.intersect(other).contains(version) == other.intersect(one).contains(version)


@given(VERSIONS)
def test_a_version_alone_accepts_itself_and_what_begins_with_it(version: str) -> None:
    wanted = VersionRange(version)
    assert wanted.contains(version)
    assert wanted.contains(f"{version}.7")


@given(VERSIONS, VERSIONS)
def test_at_least_and_below_divide_all_versions(limit: str, version: str) -> None:
    assert VersionRange(f">={limit}").contains(version) != VersionRange(f"<{limit}").contains(version)


@given(st.lists(VERSIONS, min_size=1))
def test_the_highest_is_not_below_any_other(versions: list[str]) -> None:
    highest = VersionRange(">=0").highest(versions)
    assert highest is not None
    assert all(parse_version(version) <= parse_version(highest) for version in versions)


@given(st.text(max_size=30))
def test_any_text_is_a_range_or_a_clear_refusal(text: str) -> None:
    try:
        message = str(VersionRange(text))
    except ValueError as error:
        message = str(error)
    assert message == text or "is not a version" in message
