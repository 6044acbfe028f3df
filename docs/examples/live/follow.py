"""Print what a job prints, and go on where it was when the connection breaks. Needs `pip install httpx`."""

from __future__ import annotations

import json
import os
import sys
import time

import httpx

URL = f"{os.environ['KOMBISTACK_URL']}/v1/orchestrator/jobs/{sys.argv[1]}/stream"
TOKEN = {"Authorization": f"Bearer {os.environ['KOMBISTACK_TOKEN']}"}
last = "0"
while True:
    try:
        with httpx.stream("GET", URL, headers={**TOKEN, "Last-Event-ID": last}, timeout=45) as answer:
            answer.raise_for_status()
            event = ""
            for line in answer.iter_lines():
                word, _, value = line.partition(": ")
                if word == "event":
                    event = value
                elif word == "id":
                    last = value
                elif word == "data":
                    data = json.loads(value)
                    if event == "event" and data["end_line"] > data["start_line"]:
                        print(data["stdout"])
                    elif event == "end":
                        sys.exit(data["state"] != "successful")
                    elif event == "bye" and not data["again"]:
                        sys.exit(data["reason"])
    except httpx.TransportError:
        pass  # the service is away: it comes back
    time.sleep(1)
