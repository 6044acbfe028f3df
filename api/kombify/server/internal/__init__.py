"""What the gateway itself may ask for, when it is allowed to: off by default."""

from __future__ import annotations
