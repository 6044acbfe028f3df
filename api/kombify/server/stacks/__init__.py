"""The stacks that the service runs."""

from __future__ import annotations
