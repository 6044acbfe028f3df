"""One machine with a real package database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kombify.sim.machine import Machine

if TYPE_CHECKING:
    from conftest import NewSite, Site

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def site(new_site: NewSite) -> Site:
    """Return a machine; every test leaves it as it found it, but for packages."""
    machine = Machine("one", "192.0.2.11/26", memory=512 * 2**20, user="kombify")
    return new_site(FIXTURES / "kombination.yaml", machine)
