"""Amounts carry their unit, are exact, and are written again as they were read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Cpu,
    Size,
    format_bandwidth,
    format_cpu,
    format_duration,
    format_size,
    human_size,
    parse_bandwidth,
    parse_cpu,
    parse_duration,
    parse_size,
)

EXACT = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8GiB", 8 * 2**30),
        ("8Gi", 8 * 2**30),
        ("8GB", 8 * 10**9),
        ("500MB", 500 * 10**6),
        ("1.5GiB", 3 * 2**29),
        ("0.5Ki", 512),
        (" 10 TB ", 10**13),
        ("1kB", 1000),
        ("0B", 0),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1.5h", 5400), ("90d", 7776000), ("2w", 1209600)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(("text", "bits"), [("50Mbit", 50_000_000), ("1Gbit", 10**9), ("300bit", 300)])
def test_bandwidths(text: str, bits: int) -> None:
    assert parse_bandwidth(text) == bits


@pytest.mark.parametrize(
    ("value", "millicores"), [(2, 2000), ("2", 2000), ("500m", 500), ("0.5", 500), ("1.25", 1250), (0, 0)]
)
def test_cpu(value: int | str, millicores: int) -> None:
    assert parse_cpu(value) == millicores


@pytest.mark.parametrize(
    ("parse", "value", "expected"),
    [
        (parse_size, 8, ("K206", "size 8 has no unit", "8 what? write 8GiB")),
        (parse_size, "1.5", ("K206", "size 1.5 has no unit", "1.5 what? write 1.5GiB")),
        (parse_size, "8gb", ("K206", "'gb' in '8gb' is not a unit of a size", "write 8GB")),
        (parse_size, "8G", ("K206", "'G' in '8G' is not a unit of a size", "write 8Gi or 8GiB or 8GB")),
        (parse_size, "much", ("K205", "'much' is not a size", "write it as 8GiB")),
        (parse_size, -8, ("K205", "'-8' is not a size", "write it as 8GiB")),
        (parse_size, True, ("K205", "expected a size such as 8GiB", "write it as 8GiB")),
        (parse_size, None, ("K205", "expected a size such as 8GiB", "write it as 8GiB")),
        (parse_size, ["8GiB"], ("K205", "expected a size such as 8GiB", "write it as 8GiB")),
        (parse_duration, 5, ("K206", "duration 5 has no unit", "5 what? write 5m")),
        (parse_duration, "5min", ("K206", "'min' in '5min' is not a unit of a duration", "known units: s, m, h, d, w")),
        (parse_bandwidth, "50M", ("K206", "'M' in '50M' is not a unit of a bandwidth", "write 50Mbit")),
        (parse_cpu, "2 cores", ("K205", "'2 cores' is not an amount of CPU", "write cores (2) or millicores (500m)")),
        (parse_cpu, "0.5m", ("K205", "'0.5m' is not an amount of CPU", "write cores (2) or millicores (500m)")),
        (parse_cpu, -1, ("K205", "-1 cores cannot be", "write it as 2 or 500m")),
        (parse_cpu, True, ("K205", "'True' is not an amount of CPU", "write cores (2) or millicores (500m)")),
    ],
)
def test_what_is_wrong_with_an_amount(parse: Any, value: Any, expected: tuple[str, str, str]) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        parse(value)
    context = caught.value.context
    assert context is not None
    assert (caught.value.type, context["message"], context["hint"]) == expected


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (format_size, 8 * 2**30, "8GiB"),
        (format_size, 60 * 10**12, "60TB"),
        (format_size, 1234, "1234B"),
        (format_size, 0, "0B"),
        (format_duration, 7200, "2h"),
        (format_duration, 604800, "1w"),
        (format_duration, 61, "61s"),
        (format_bandwidth, 50_000_000, "50Mbit"),
        (format_cpu, 2000, 2),
        (format_cpu, 500, "500m"),
    ],
)
def test_amounts_are_written_short(show: Any, value: int, text: str | int) -> None:
    assert show(value) == text


@EXACT
@given(
    st.integers(0, 10**15)
    | st.integers(0, 10**6).map(lambda n: n * 2**30)
    | st.integers(0, 10**6).map(lambda n: n * 10**9)
)
def test_sizes_are_read_as_they_were_written(size: int) -> None:
    assert parse_size(format_size(size)) == size


@EXACT
@given(st.integers(0, 10**9))
def test_other_amounts_are_read_as_they_were_written(value: int) -> None:
    assert parse_duration(format_duration(value)) == value
    assert parse_bandwidth(format_bandwidth(value)) == value
    assert parse_cpu(format_cpu(value)) == value


@EXACT
@given(st.text() | st.integers() | st.floats() | st.none())
def test_any_value_is_an_amount_or_a_clear_refusal(value: Any) -> None:
    for parse in (parse_size, parse_duration, parse_bandwidth, parse_cpu):
        assert amount(parse, value) in ("amount", "K205", "K206")


def amount(parse: Callable[[Any], int], value: Any) -> str:
    """Return whether a value is an amount, or the code of what is wrong with it."""
    try:
        return "amount" if parse(value) >= 0 else "negative"
    except PydanticCustomError as error:
        return error.type


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (2**20 - 1, "1.0 MiB"),
        (30 * 2**30, "30.0 GiB"),
        (1460 * 2**30, "1460.0 GiB"),
        (20 * 2**40, "20.0 TiB"),
        (-(2**30), "-1.0 GiB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert human_size(size) == text


class Machine(BaseModel):
    """A model with amounts."""

    cpu: Cpu
    memory: Size


def test_a_model_holds_numbers_and_shows_units() -> None:
    machine = Machine.model_validate({"cpu": "500m", "memory": "8GiB"})
    assert (machine.cpu, machine.memory) == (500, 8 * 2**30)
    assert machine.model_dump() == {"cpu": "500m", "memory": "8GiB"}


def test_a_model_names_the_code_of_the_problem() -> None:
    with pytest.raises(ValidationError) as caught:
        Machine.model_validate({"cpu": 1, "memory": 8})
    assert [(error["type"], error["loc"]) for error in caught.value.errors()] == [("K206", ("memory",))]


def test_the_schema_accepts_what_the_model_accepts() -> None:
    import jsonschema

    schema = Machine.model_json_schema()
    for cpu, memory in [(2, "8GiB"), ("500m", "1.5 GB"), ("0.25", "10B")]:
        jsonschema.validate({"cpu": cpu, "memory": memory}, schema)
    for wrong in [
        {"cpu": 1, "memory": 8},
        {"cpu": 1, "memory": "8"},
        {"cpu": -1, "memory": "8GiB"},
        {"cpu": "1x", "memory": "1B"},
    ]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
