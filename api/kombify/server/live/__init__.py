"""News, while it happens: streams of one job (SSE), and channels of everything (WebSocket).

The database is the truth. One :class:`~kombify.server.live.pulse.Pulse` asks it what is new, while somebody listens;
streams take what they need from there at their own pace, so that nobody who is slow costs memory or holds others up.
"""

from __future__ import annotations
