"""The service's REST, as commands use it: errors become ours, and what is safe to repeat survives a restart."""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from kombify.cli.connection import Connection, find_connection, is_local
from kombify.cli.ending import Code, Stop

HOME = "/v1/orchestrator"
PATIENCE = 20.0
PAUSE = 0.3
ANSWER = httpx.Timeout(60, connect=5)
LONGEST_WAIT = 60.0
"""Seconds that the service may ask us to wait, at most."""
REFUSALS = (401, 403, 409)


class Away(Stop):
    """The service does not answer."""


class Answered(Stop):
    """The service answered that it cannot, or will not, do it."""

    def __init__(self, answer: httpx.Response, message: str, hint: str) -> None:
        super().__init__(message, hint, code=Code.REFUSED if answer.status_code in REFUSALS else Code.FAILED)
        self.status = answer.status_code
        self.wait = _asked_to_wait(answer)
        """Seconds after which the service wants to be asked again, if it said so."""


class Client:
    """One service. Paths are those of its own surface, such as ``/jobs``."""

    def __init__(self, connection: Connection, transport: httpx.BaseTransport | None = None) -> None:
        local = is_local(connection.url)
        self.url = connection.url
        self.patience = PATIENCE
        """Seconds for which a service that has answered before may be away."""
        self._met = False
        self._http = httpx.Client(
            base_url=connection.url,
            headers={"Authorization": f"Bearer {connection.token}", "Accept": "application/json"},
            timeout=ANSWER,
            trust_env=not local,  # no proxy stands between a machine and itself
            verify=ssl.create_default_context() if local else True,
            transport=transport,
        )

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self._ask("GET", path, query=query)

    def items(self, path: str, most: int, **query: Any) -> list[dict[str, Any]]:
        """Read a list, page by page, up to so many items."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query, limit=min(most - len(found), 200))
            found += page["items"]
            if page.get("next") is None or len(found) >= most:
                return found
            query["cursor"] = page["next"]

    def everything(self, path: str) -> list[dict[str, Any]]:
        """Read a short list, whether it comes in pages or not."""
        found = self.get(path)
        return found if isinstance(found, list) else self.items(path, 10_000)

    def launch(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        """Start something once: with a key, its repetition starts nothing new."""
        return self._ask("POST", path, body=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, repeatable: bool = False) -> Any:
        """Change something; ``repeatable`` says that it does no harm if it is done twice."""
        return self._ask("POST", path, body=body or {}, repeatable=repeatable)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change some values, which does no harm if it is done twice."""
        return self._ask("PATCH", path, body=body, repeatable=True)

    def delete(self, path: str) -> Any:
        """Remove something."""
        return self._ask("DELETE", path)

    @contextmanager
    def stream(self, path: str, last_id: str, silence: float) -> Iterator[Iterator[bytes]]:
        """Open a stream of events behind the last one that was seen; it ends after so many seconds without a byte."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        timeout = httpx.Timeout(ANSWER.read, connect=ANSWER.connect, read=silence)
        try:
            with self._http.stream("GET", HOME + path, headers=headers, timeout=timeout) as answer:
                if answer.is_error:
                    answer.read()
                    self._refuse(answer)
                yield answer.iter_bytes()
        except httpx.TransportError as error:
            raise self._away(error) from None

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """Ask, and ask again what may be repeated; who never answered at all is not waited for."""
        repeatable = repeatable or method in ("GET", "DELETE") or bool(headers)
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        until = time.monotonic() + self.patience
        while True:
            again = repeatable and time.monotonic() < until
            try:
                answer = self._http.request(method, HOME + path, params=asked, json=body, headers=headers)
            except httpx.TransportError as error:
                if not (again and self._met):
                    raise self._away(error) from None
                wait = PAUSE
            else:
                self._met = True
                wait = _asked_to_wait(answer)
                busy = answer.status_code == 429 or (answer.status_code == 503 and again)
                if not answer.is_error or not busy or not 0 < wait <= LONGEST_WAIT:
                    return self._content(answer)
            time.sleep(wait)

    def _content(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            self._refuse(answer)
        if answer.status_code == 204 or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise Stop(f"{self.url} answers, but not as a service of kombify", "check the URL") from None

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise what an answer that is no success says: what, where, what to do."""
        try:
            problem = answer.json()
            what, hint = problem.get("detail") or problem["title"], problem.get("hint", "")
            errors = problem.get("errors", [])
        except (ValueError, KeyError, AttributeError):
            what = f"{self.url} answers {answer.status_code} {answer.reason_phrase}"
            raise Answered(answer, what, "is this the URL of a service?") from None
        if len(errors) > 1:
            what = "\n  ".join(("this cannot be right:", *(_field(one) for one in errors)))
        raise Answered(answer, what, hint)

    def _away(self, error: httpx.TransportError) -> Away:
        if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error):
            return Away(f"the certificate of {self.url} is not trusted", "set SSL_CERT_FILE to its authority's")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return Away(f"no service answers at {self.url}", "start one: kombify serve; or name another: --url")
        return Away(f"{self.url} went away in the middle of it", "look whether it was done: kombify job list")


def connect(url: str | None) -> Client:
    """Return the service that was named, or the one that is configured here."""
    return Client(find_connection(url))


def segment(name: str) -> str:
    """Return a name as a part of a path."""
    return quote(name, safe="")


def _asked_to_wait(answer: httpx.Response) -> float:
    """Return the seconds after which it may be tried again, 0 if nothing is said."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 0.0


def _field(error: Mapping[str, str]) -> str:
    return f"{error.get('field', '')}: {error.get('message', '')}".removeprefix(": ")
