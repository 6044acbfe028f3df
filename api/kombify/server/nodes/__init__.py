"""The machines of stacks."""

from __future__ import annotations
