# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API of one Proxmox, over proxmoxer, with errors that say what to do.

Everything else in this package speaks to :class:`Api`, so that tests can answer for it.
"""

from __future__ import annotations

import re
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from proxmoxer import ProxmoxAPI, ResourceException  # type: ignore[import-untyped]
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import (
    ProxmoxRefusal,
    bad_token,
    unreachable,
    untrusted,
    wrong_token,
)

CONNECT_SECONDS = 5
ANSWER_SECONDS = 120
"""A change of a disk is answered when it is done, which takes its time."""
UNAUTHORIZED = 401

_TOKEN = re.compile(r"([^\s!=@]+@[^\s!=]+)!([^\s!=]+)=([^\s=]+)\Z")


class Api(Protocol):
    """The four verbs of the API; a path has no slash in front. Raises ``ProxmoxError``."""

    def call(self, method: str, path: str, **parameters: Any) -> Any:
        """Return the data of one answer."""


class Client:
    """A Proxmox API that is reached over HTTPS with a token."""

    def __init__(self, url: str, token: str, *, verify_tls: bool = True, ca: str | None = None) -> None:
        """Prepare; nothing is contacted. ``url`` may leave out scheme and port, ``ca`` is a file of certificates."""
        parts = urlsplit(url if "//" in url else f"https://{url}")
        match = _TOKEN.match(token.strip())
        if match is None:
            raise bad_token()
        user, name, secret = match.groups()
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self.url = f"https://{host}:{parts.port or 8006}"
        self.token_id = f"{user}!{name}"
        self._ca = ca
        self._api = ProxmoxAPI(
            host,
            port=parts.port or 8006,
            user=user,
            token_name=name,
            token_value=secret,
            # A path, unlike True, is not replaced by REQUESTS_CA_BUNDLE.
            verify_ssl=(ca or True) if verify_tls else False,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
        )
        self._api._store["session"].mount("https://", HTTPAdapter(max_retries=_RETRY))

    def call(self, method: str, path: str, **parameters: Any) -> Any:
        """Ask once; what only reads is asked again when the connection breaks."""
        try:
            return getattr(self._api(path), method)(**parameters)
        except requests.exceptions.SSLError as error:
            raise untrusted(self.url, _innermost(error), self._ca) from error
        except requests.exceptions.RequestException as error:
            raise unreachable(self.url, _innermost(error)) from error
        except ResourceException as error:
            if error.status_code == UNAUTHORIZED:
                raise wrong_token(self.url, self.token_id) from error
            raise ProxmoxRefusal(f"Proxmox refused {method} {path}", _reason(error), self.token_id) from error
        except OSError as error:
            raise untrusted(self.url, str(error), self._ca) from error


_RETRY = Retry(total=2, connect=1, read=2, status=0, backoff_factor=0.3, allowed_methods=frozenset({"GET"}))


def _reason(error: ResourceException) -> str:
    """Return what Proxmox said, with what it said of single parameters."""
    fields = error.errors if isinstance(error.errors, dict) else {}
    details = "; ".join(f"{name}: {text}" for name, text in fields.items())
    text = str(error.content).removesuffix(f" - {error.errors}")
    return f"{text} ({details})" if details else text


def _innermost(error: BaseException) -> str:
    """Return the plain cause inside what requests and urllib3 wrap around it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
