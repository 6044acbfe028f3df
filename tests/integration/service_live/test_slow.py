"""Clients that never read cost little and are sent away; all others are served as if there were none."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

if TYPE_CHECKING:
    from conftest import Live

LAZY = 10
"""Clients of each kind that do not read."""
MEGABYTES = 60
"""That all of them together may cost; each could have 40 MB to read."""
TOO_SLOW = 4008


def connected(live: Live, stack: ExitStack) -> socket.socket:
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", live.port))
    return client


class LazySocket:
    """Subscribes to a job and reads nothing more, until it is told to."""

    def __init__(self, live: Live, stack: ExitStack) -> None:
        self._protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{live.port}/v1/orchestrator/ws"), max_size=None)
        self._socket = connected(live, stack)
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Bearer {live.token}"
        self._protocol.send_request(request)
        self._send()
        while not self._protocol.handshake_exc and self._protocol.state.name == "CONNECTING":
            self._protocol.receive_data(self._socket.recv(1))
        self._protocol.send_text(b'{"action": "subscribe", "channels": ["jobs.1"]}')
        self._send()

    def read_on(self) -> tuple[int, int | None, str]:
        """Read to the end; return how many messages there were, and how the service closed the connection."""
        messages = 0
        while block := self._socket.recv(65_536):
            self._protocol.receive_data(block)
            events = self._protocol.events_received()
            messages += sum(isinstance(one, Frame) and one.opcode is Opcode.TEXT for one in events)
            if self._protocol.close_rcvd is not None:
                break
        closed = self._protocol.close_rcvd
        return messages, closed and closed.code, closed.reason if closed else ""

    def _send(self) -> None:
        self._socket.sendall(b"".join(self._protocol.data_to_send()))


def test_clients_that_never_read_are_sent_away_and_hold_nobody_up(live: Live, capsys) -> None:
    live.make()
    for _ in range(20):
        live.write("x" * 20_000 for _ in range(100))
    before = live.memory()
    with ExitStack() as stack:
        streams = [connected(live, stack) for _ in range(LAZY)]
        for stream in streams:
            request = f"GET /v1/orchestrator/jobs/1/stream HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {live.token}"
            stream.sendall(f"{request}\r\n\r\n".encode())
        sockets = [LazySocket(live, stack) for _ in range(LAZY)]
        live.make(2)
        follower = live.follow(2)
        live.until(lambda: follower.events == ["state"])
        waited = []
        for number in range(1, 101):
            live.write([f"line {number}"], job_id=2)
            live.until(lambda number=number: follower.counters[-1:] == [number])
            waited.append(number)
        live.end(2)
        assert follower.finished().counters == waited
        live.until(lambda: live.log.count("took nothing for") >= LAZY and live.log.count("read nothing for") >= LAZY)
        most = live.memory()
        seen = [one.read_on() for one in sockets]
    assert {(code, reason) for _, code, reason in seen} == {(TOO_SLOW, "you read nothing for 30 seconds")}
    assert all(messages < 2_000 for messages, _, _ in seen)
    assert most - before < MEGABYTES
    with capsys.disabled():
        print(f"\n{2 * LAZY} clients that never read: memory {before} -> {most} MB, all sent away")
