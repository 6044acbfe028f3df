"""A spec in several files: positions keep their own file."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec

Load = Callable[..., Spec]


def lines(spec: Spec) -> list[str]:
    return [f"{problem.place} {problem.code} {problem.message}" for problem in spec.problems]


def test_included_sections_are_put_together(load: Load) -> None:
    spec = load(
        "include: [{file: more.yaml}]\nnodes: {a: 192.168.1.1}\n",
        more="nodes: {b: 192.168.1.2}\nservices: {jellyfin: }\n",
    )
    assert lines(spec) == []
    assert (list(spec.stack.nodes), list(spec.stack.services)) == (["a", "b"], ["jellyfin"])
    assert spec.files == ("kombination.yaml", "more.yaml")
    assert spec.origin("nodes", "b", "address") == "more.yaml:1:12"


def test_an_include_may_be_one_word_and_include_others(load: Load) -> None:
    spec = load("include: one.yaml\n", one="include: two.yaml\n", two="nodes: {a: 192.168.1.1}\n")
    assert lines(spec) == []
    assert list(spec.stack.nodes) == ["a"]


def test_a_file_that_is_not_there_is_a_problem_unless_optional(load: Load) -> None:
    spec = load("include: [{file: gone.yaml, optional: true}, missing.yaml]\n")
    assert lines(spec) == ["kombination.yaml:4:46 K101 included file 'missing.yaml' does not exist"]
    assert spec.absent == ("gone.yaml", "missing.yaml")


def test_a_file_that_is_included_twice_or_includes_itself_is_a_problem(load: Load) -> None:
    spec = load("include: [one.yaml, one.yaml]\n", one="include: kombination.yaml\n")
    assert lines(spec) == [
        "kombination.yaml:4:21 K101 'one.yaml' is included twice",
        "one.yaml:1:10 K101 'kombination.yaml' is included twice",
    ]


def test_a_name_in_two_files_is_a_problem_with_both_places(load: Load) -> None:
    spec = load("include: one.yaml\nnodes: {a: 192.168.1.1}\n", one="nodes: {a: 192.168.1.2}\n")
    (problem,) = spec.problems
    assert (problem.code, str(problem.place)) == ("K102", "one.yaml:1:9")
    assert [str(related.place) for related in problem.related] == ["kombination.yaml:5:9"]


def test_a_mistake_in_an_included_file_is_placed_there(load: Load) -> None:
    spec = load("include: one.yaml\n", one="\nnodes: {a: {memory: 8}}\n")
    assert lines(spec) == ["one.yaml:2:21 K206 size 8 has no unit"]


def test_the_digest_changes_with_an_included_file(load: Load) -> None:
    first = load("include: one.yaml\n", one="nodes: {a: 192.168.1.1}\n").digest
    second = load("include: one.yaml\n", one="nodes: {a: 192.168.1.2}\n").digest
    assert first != second
