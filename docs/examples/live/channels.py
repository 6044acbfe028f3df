"""Print the states of all jobs until one has ended. Needs `pip install websockets`."""

from __future__ import annotations

import json
import os

from websockets.sync.client import connect

URL = os.environ["KOMBISTACK_URL"].replace("http", "ws", 1) + "/v1/orchestrator/ws"
with connect(URL, additional_headers={"Authorization": f"Bearer {os.environ['KOMBISTACK_TOKEN']}"}) as socket:
    socket.send(json.dumps({"action": "subscribe", "channels": ["jobs", "notices"]}))
    for text in socket:
        message = json.loads(text)
        data = message["data"]
        print(message["channel"], message["event"], data.get("id", ""), data.get("state", ""), flush=True)
        if data.get("ended_at"):
            break
