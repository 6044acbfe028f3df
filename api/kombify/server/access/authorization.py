"""The token of a request, as clients write it."""

from __future__ import annotations

import base64
import binascii


def token_of(header: str) -> str:
    """Return the token of a header ``Authorization``, or nothing.

    Clients that know only names and passwords send it as the password, under any name.
    """
    kind, _blank, text = header.partition(" ")
    if kind.lower() == "bearer":
        return text.strip()
    return _password(text.strip()) if kind.lower() == "basic" else ""


def _password(text: str) -> str:
    try:
        said = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return said.partition(":")[2]
