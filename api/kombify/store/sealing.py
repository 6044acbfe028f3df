"""Files that a passphrase opens, in the format of `age` (age-encryption.org/v1): its own program opens them too.

The passphrase opens a key for this one file, and that key seals it in chunks of 64 KiB. Each chunk is authenticated,
and so are their order and which is the last one: what was altered or cut off is not read as something else.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
from base64 import b64decode, b64encode
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kombify.store.errors import StoreError

MAGIC = b"age-encryption.org/v1\n"
WORK = 18
"""The cost of one guess at the passphrase, as a power of two: about a second."""
MOST_WORK = 22
CHUNK = 1 << 16
TAG = 16
KEY = 16
_STANZA = re.compile(rb"-> scrypt (?P<salt>[A-Za-z0-9+/]{22}) (?P<work>\d{1,2})\n(?P<wrapped>[A-Za-z0-9+/]{43})\n---")


class Sealer(io.RawIOBase):
    """A file that is written sealed. It is complete only after ``close``, which leaves the file below open."""

    def __init__(self, file: BinaryIO, passphrase: str, *, work: int = WORK) -> None:
        super().__init__()
        key, salt, nonce = os.urandom(KEY), os.urandom(16), os.urandom(16)
        wrapped = ChaCha20Poly1305(_opener(passphrase, salt, work)).encrypt(bytes(12), key, None)
        head = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_text(salt), work, _text(wrapped))
        file.write(head + b" %s\n" % _text(_mac(key, head)) + nonce)
        self._file, self._chunks, self._rest = file, _Chunks(key, nonce), bytearray()

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: object) -> int:
        """Take bytes."""
        given = bytes(data)  # type: ignore[call-overload]
        self._rest += given
        while len(self._rest) > CHUNK:  # the last chunk is sealed in another way, so one is always kept
            self._file.write(self._chunks.seal(bytes(self._rest[:CHUNK]), last=False))
            del self._rest[:CHUNK]
        return len(given)

    def close(self) -> None:
        """Write the last chunk."""
        if not self.closed:
            self._file.write(self._chunks.seal(bytes(self._rest), last=True))
        super().close()


class Opener(io.RawIOBase):
    """A sealed file that is read. Raises :class:`StoreError` as soon as something is not what was sealed."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        head = file.read(1024)
        found = _STANZA.match(head, len(MAGIC))
        if not head.startswith(MAGIC) or found is None or int(found["work"]) > MOST_WORK:
            raise StoreError("the file was not sealed with a passphrase by kombify", "see: kombify backup --help")
        try:
            opener = _opener(passphrase, _bytes(found["salt"]), int(found["work"]))
            key = ChaCha20Poly1305(opener).decrypt(bytes(12), _bytes(found["wrapped"]), None)
        except InvalidTag:
            raise StoreError("the passphrase does not open the file", "give the one that it was sealed with") from None
        mac, _, rest = head[found.end() + 1 :].partition(b"\n")
        if not hmac.compare_digest(mac, _text(_mac(key, head[: found.end()]))) or len(rest) < KEY:
            raise _altered()
        self._file, self._chunks = file, _Chunks(key, rest[:16])
        self._sealed, self._open, self._done = rest[16:], b"", False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Give bytes; none at the end."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._open and not self._done:
            self._open = self._next()
        given = self._open[: len(view)]
        self._open = self._open[len(given) :]
        view[: len(given)] = given
        return len(given)

    def _next(self) -> bytes:
        size = CHUNK + TAG
        while len(self._sealed) <= size and (more := self._file.read(size)):  # one byte more says: not the last
            self._sealed += more
        chunk, self._sealed = self._sealed[:size], self._sealed[size:]
        self._done = not self._sealed
        return self._chunks.open(chunk, last=self._done)


class _Chunks:
    """Seals and opens one chunk after the other."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
        self._number = 0

    def seal(self, chunk: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), chunk, None)

    def open(self, chunk: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), chunk, None)
        except InvalidTag:
            raise _altered() from None

    def _nonce(self, last: bool) -> bytes:
        nonce = self._number.to_bytes(11, "big") + bytes([last])
        self._number += 1
        return nonce


def is_sealed(file: BinaryIO) -> bool:
    """Tell whether a file, which is at its start and stays there, is sealed."""
    sealed = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return sealed


def _opener(passphrase: str, salt: bytes, work: int) -> bytes:
    scrypt = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << work, r=8, p=1)
    return scrypt.derive(passphrase.encode())


def _derived(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(key, None, b"header"), head, hashlib.sha256)


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4))


def _altered() -> StoreError:
    return StoreError("the file was altered or cut off", "take another backup")
