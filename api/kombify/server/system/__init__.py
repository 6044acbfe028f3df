"""Whether the service is alive and well, and which one it is."""

from __future__ import annotations
