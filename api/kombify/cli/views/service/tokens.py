"""The tokens of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.service.jobs import moment
from kombify.cli.views.tables import table


def text(tokens: Sequence[dict[str, Any]]) -> Iterator[RenderableType]:
    """Return tokens for people; what opens the service is in none of them."""
    rows = [
        (
            one["name"],
            one["scope"],
            f"{moment(one['created_at'])} {one['created_by']}".strip(),
            moment(one["expires_at"]) or "never",
            moment(one["used_at"]) or "never",
            f"revoked {moment(one['revoked_at'])}" if one["revoked_at"] else "",
        )
        for one in tokens
    ]
    yield table(("Token", "Scope", "Made", "Expires", "Used", ""), rows)
