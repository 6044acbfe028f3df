"""Lines of ours inside of a file of others: everything else in it stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.nodes.block import with_block, without_block

OLD = "# BEGIN stack (kombify.stack)\nold\nlines\n# END stack (kombify.stack)\n"
OURS = "# BEGIN stack (kombify.stack)\n10.0.0.2 b\n# END stack (kombify.stack)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", OURS),
        ("127.0.0.1 localhost\n", f"127.0.0.1 localhost\n{OURS}"),
        ("127.0.0.1 localhost", f"127.0.0.1 localhost\n{OURS}"),
        (f"a\n{OURS}b\n", f"a\n{OURS}b\n"),
        (f"a\n{OLD}b\n", f"a\n{OURS}b\n"),
        (f"a\n{OURS.rstrip()}", f"a\n{OURS}"),
        ("# BEGIN stack (kombify.stack)\nnever ended\n", f"# BEGIN stack (kombify.stack)\nnever ended\n{OURS}"),
    ],
    ids=["empty", "added", "no newline at the end", "same", "replaced", "same at the end", "half a block"],
)
def test_the_block_stands_once_and_the_rest_stays(before: str, after: str) -> None:
    assert with_block(before, "stack", "10.0.0.2 b\n") == after


def test_two_blocks_of_different_names_do_not_touch_each_other() -> None:
    text = with_block(with_block("a\n", "one", "1"), "two", "2")
    assert without_block(with_block(text, "one", "3"), "one") == with_block("a\n", "two", "2")


@given(
    st.lists(st.text(st.characters(exclude_categories=["C", "Z"])), max_size=5), st.text(st.characters(codec="ascii"))
)
def test_taking_the_block_out_gives_back_the_file(lines: list[str], body: str) -> None:
    text = "".join(f"{line}\n" for line in lines)
    assert without_block(with_block(text, "stack", body), "stack") == text
