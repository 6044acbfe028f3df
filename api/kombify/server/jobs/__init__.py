"""Jobs: launch, look, cancel, relaunch."""

from __future__ import annotations
