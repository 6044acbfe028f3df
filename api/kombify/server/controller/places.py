"""Where things are: AWX's clients follow the paths that answers hold, below the prefix that they came by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

VERSION = "/v2"


@dataclass(frozen=True)
class Places:
    """Paths below one prefix, such as ``/api/v2``."""

    prefix: str

    def of(self, *parts: object) -> str:
        """Return the path of something: ``of("jobs", 7, "stdout")``."""
        return "/".join((self.prefix, *map(str, parts), ""))

    def related(self, *parts: object, names: tuple[str, ...]) -> dict[str, str]:
        """Return the paths of what belongs to something, by their names."""
        return {name: self.of(*parts, name) for name in names}


def _places(request: Request) -> Places:
    before, version, _after = request.url.path.partition(VERSION)
    return Places(before + version)


PlacesDep = Annotated[Places, Depends(_places)]
