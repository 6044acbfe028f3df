"""Answers that are given before a request reaches its route."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from kombify.server.problems import Problem

POLICY = 1008
"""The code with which a WebSocket is closed that is not allowed."""


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem, over HTTP or to somebody who wants a WebSocket."""
    if scope["type"] != "websocket" or "websocket.http.response" in scope.get("extensions", {}):
        await problem.answer()(scope, receive, send)
    else:
        await WebSocketClose(POLICY, problem.body.detail)(scope, receive, send)
