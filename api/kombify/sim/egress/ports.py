"""Where a lab's own services listen, as its machines see them."""

from __future__ import annotations

SERVICES_ADDRESS = "169.254.77.1"
"""The lab itself: DNS, package proxy and router."""
PROXY_PORT = 3142
DNS_PORT = 53
PROXY_URL = f"http://{SERVICES_ADDRESS}:{PROXY_PORT}"
