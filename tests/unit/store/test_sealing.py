"""A sealed file opens with its passphrase, whole and unaltered, or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kombify.store.errors import StoreError
from kombify.store.sealing import CHUNK, Opener, Sealer, is_sealed

WORDS = "open sesame"
FIXTURES = Path(__file__).parent / "fixtures"


def sealed(data: bytes) -> bytes:
    file = io.BytesIO()
    with io.BufferedWriter(Sealer(file, WORDS, work=4)) as sealer:
        sealer.write(data)
    return file.getvalue()


def opened(data: bytes, passphrase: str = WORDS) -> bytes:
    return io.BufferedReader(Opener(io.BytesIO(data), passphrase)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_what_was_sealed_comes_out_again(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert opened(sealed(data)) == data


def test_a_file_that_age_itself_has_sealed_opens() -> None:
    assert opened((FIXTURES / "sealed-by-age.age").read_bytes()) == b"the house is warm\n"


def test_another_passphrase_is_said_so() -> None:
    with pytest.raises(StoreError, match="passphrase does not open"):
        opened(sealed(b"x"), "open barley")


@pytest.mark.parametrize("place", [-1, -40, -CHUNK - 40, -2 * CHUNK - 40])
def test_one_changed_byte_is_noticed(place: int) -> None:
    data = bytearray(sealed(bytes(3 * CHUNK)))
    data[place] ^= 1
    with pytest.raises(StoreError, match="altered"):
        opened(bytes(data))


@pytest.mark.parametrize("cut", [1, 16, CHUNK + 16, 2 * (CHUNK + 16)])
def test_a_missing_end_is_noticed(cut: int) -> None:
    with pytest.raises(StoreError, match="altered or cut off"):
        opened(sealed(bytes(3 * CHUNK))[:-cut])


def test_a_changed_cost_of_guessing_is_noticed_and_an_absurd_one_refused() -> None:
    with pytest.raises(StoreError, match="passphrase does not open"):
        opened(sealed(b"x").replace(b" 4\n", b" 5\n", 1))
    with pytest.raises(StoreError, match="not sealed"):
        opened(sealed(b"x").replace(b" 4\n", b" 60\n", 1))


def test_what_is_sealed_is_known_by_its_beginning() -> None:
    assert is_sealed(io.BytesIO(sealed(b"x")))
    assert not is_sealed(io.BytesIO(b"\x1f\x8b"))
