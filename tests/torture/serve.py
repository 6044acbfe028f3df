"""The service, without the command line."""

from __future__ import annotations

import uvicorn

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    app = create_app(Service(settings))
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=5)
