"""What commands show: plans and reports as tables and data. These modules may import anything at their top."""

from __future__ import annotations
