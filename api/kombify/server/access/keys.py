"""The gateway's public keys: from a URL or a file, fresh enough, and kept while their server is away."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from jwt import PyJWK

FRESH = 600.0
"""Seconds after which the keys are read again."""
RETRY = 30.0
"""Seconds between two readings because of an unknown key or a trouble: nobody can make us ask more often."""
KEPT = 86_400.0
"""Seconds for which keys are still believed that could not be read again."""
PATIENCE = 3.0
LARGEST = 262_144
"""Bytes of an answer."""
ALGORITHMS = {("EC", "P-256"): "ES256", ("RSA", None): "RS256"}
"""What may sign. Each key has one algorithm, so that nobody can have it taken for another kind of key."""
SHORTEST_RSA = 2048

log = logging.getLogger(__name__)


class Keys:
    """Public keys by their id."""

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.trouble = ""
        """Why the last reading failed."""
        self._source = source
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._tried: float | None = None
        self._read = 0.0
        self._lock = asyncio.Lock()

    async def get(self, key_id: str) -> PyJWK | None:
        """Return a key, or nothing when there is none of that id that can be believed."""
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    await self._renew()
        too_old = self._clock() - self._read > KEPT
        return None if too_old else self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        if self._tried is None:
            return True
        age = self._clock() - self._tried
        return age > FRESH or (age > RETRY and (bool(self.trouble) or key_id not in self._keys))

    async def _renew(self) -> None:
        begun = self._clock()
        try:
            self._keys = usable(orjson.loads(await self._load()))
            self._read, self.trouble = begun, ""
        except (OSError, ValueError) as error:
            self.trouble = f"the gateway's keys cannot be read from {self._source}: {error}"
            log.warning("%s", self.trouble)
        finally:
            self._tried = begun

    async def _load(self) -> bytes:
        if self._source.startswith(("https://", "http://")):
            return await _download(self._source)
        return await asyncio.to_thread(Path(self._source).read_bytes)


def usable(document: Any) -> dict[str, PyJWK]:
    """Return the keys of a JWK set that may sign a gateway's token; raise ValueError when there are none."""
    listed = document.get("keys") if isinstance(document, dict) else None
    keys = {}
    for data in listed if isinstance(listed, list) else []:
        key = _key(data) if isinstance(data, dict) else None
        if key is not None:
            keys[str(data["kid"])] = key
    if not keys:
        raise ValueError("there is no key for ES256 or RS256 in it")
    return keys


def _key(data: dict[str, Any]) -> PyJWK | None:
    from jwt import PyJWK, PyJWTError

    algorithm = ALGORITHMS.get((str(data.get("kty")), data.get("crv")))
    public = "d" not in data and isinstance(data.get("kid"), str) and data.get("use", "sig") == "sig"
    if algorithm is None or not public or data.get("alg", algorithm) != algorithm:
        return None
    try:
        key = PyJWK(data, algorithm)
    except PyJWTError:
        return None
    return key if algorithm == "ES256" or key.key.key_size >= SHORTEST_RSA else None


async def _download(url: str) -> bytes:
    import httpx

    body = bytearray()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(trust_env=False) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"the answer is {answer.status_code}")
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ValueError(f"the answer is longer than {LARGEST} bytes")
    except (httpx.HTTPError, TimeoutError) as error:
        raise OSError(str(error) or type(error).__name__) from error
    return bytes(body)
