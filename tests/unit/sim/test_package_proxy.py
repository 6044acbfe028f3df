"""The package proxy, against a host that counts what it is asked."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kombify.sim.egress.cache import PackageCache
from kombify.sim.egress.proxy import PackageProxy

DEB = b"a package" * 1000
CLOSED = 1
"""A port of this machine on which nobody listens."""
Talk = Callable[[bytes], Awaitable[bytes]]


class Host:
    """A package host. It serves one package, a list without a length, and half a package."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        path = head.split(" ")[1]
        if path.endswith("x.deb"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(DEB) + DEB)
        elif path.endswith("cut.deb"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        elif path == "/list":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nof unknown length")
        else:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


def with_proxy(folder: Path, test: Callable[[Talk, Host, int], Awaitable[None]]) -> None:
    """Run a test with a host, and a proxy that allows it."""

    async def run() -> None:
        host = Host()
        async with await asyncio.start_server(host.serve, "127.0.0.1", 0) as far:
            far_port = far.sockets[0].getsockname()[1]
            proxy = PackageProxy(frozenset({("127.0.0.1", far_port), ("127.0.0.1", CLOSED)}), PackageCache(folder))
            async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as near:
                port = near.sockets[0].getsockname()[1]

                async def talk(request: bytes) -> bytes:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(request)
                    writer.write_eof()
                    answer = await reader.read()
                    writer.close()
                    return answer

                await test(talk, host, far_port)

    asyncio.run(asyncio.wait_for(run(), 30))


def get(port: int, path: str, *fields: str) -> bytes:
    lines = [f"GET http://127.0.0.1:{port}{path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_package_is_fetched_once_also_when_many_want_it_at_once(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        answers = await asyncio.gather(*(talk(get(port, "/pool/x.deb")) for _client in range(5)))
        assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [DEB] * 5
        assert len(host.asked) == 1

    with_proxy(tmp_path, test)


def test_several_requests_in_one_connection_are_answered_in_order(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        answer = await talk(get(port, "/a") + get(port, "/pool/x.deb") + get(port, "/b") + get(port, "/pool/x.deb"))
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"404", b"200", b"404", b"200"]
        assert [head.split(" ")[1] for head in host.asked] == ["/a", "/pool/x.deb", "/b"]

    with_proxy(tmp_path, test)


def test_a_package_is_fetched_whole_and_without_what_is_for_the_proxy(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        await talk(get(port, "/pool/x.deb", "Range: bytes=5-", "Proxy-Authorization: Basic eA=="))
        assert "Range" not in host.asked[0]
        assert "Proxy-Authorization" not in host.asked[0]

    with_proxy(tmp_path, test)


def test_a_package_that_ends_early_is_not_kept(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        await talk(get(port, "/pool/cut.deb"))
        await talk(get(port, "/pool/cut.deb"))
        assert len(host.asked) == 2

    with_proxy(tmp_path, test)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_has_no_length_ends_with_the_connection(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        assert (await talk(get(port, "/list") + get(port, "/list"))).endswith(b"of unknown length")
        assert len(host.asked) == 1

    with_proxy(tmp_path, test)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET http://elsewhere.example.org/x HTTP/1.1", b"403"),
        ("CONNECT elsewhere.example.org:443 HTTP/1.1", b"403"),
        ("CONNECT 127.0.0.1:22 HTTP/1.1", b"403"),
        ("GET /no/host HTTP/1.1", b"403"),
    ],
)
def test_other_hosts_are_refused_and_the_allowed_ones_named(tmp_path: Path, request_line: str, status: bytes) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        answer = await talk(f"{request_line}\r\n\r\n".encode())
        assert answer.split(b" ")[1] == status
        assert b"(127.0.0.1)" in answer
        assert host.asked == []

    with_proxy(tmp_path, test)


def test_an_allowed_host_is_reached_through_a_tunnel(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        answer = await talk(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nGET /pool/x.deb HTTP/1.1\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 OK")
        assert answer.endswith(DEB)

    with_proxy(tmp_path, test)


def test_a_host_that_does_not_answer_is_a_bad_gateway(tmp_path: Path) -> None:
    async def test(talk: Talk, host: Host, port: int) -> None:
        answer = await talk(get(CLOSED, "/a"))
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert f"127.0.0.1:{CLOSED}".encode() in answer

    with_proxy(tmp_path, test)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://a.example.org/pool/x_1%3a2.deb", "a.example.org:80/pool/x_1:2.deb"),
        ("http://a.example.org/dists/x/by-hash/SHA256/0a", "a.example.org:80/dists/x/by-hash/SHA256/0a"),
        ("http://a.example.org/dists/x/InRelease", None),
        ("http://a.example.org/../../etc/x.deb", None),
        ("http://a.example.org/%2e%2e/%2e%2e/x.deb", None),
        ("http://a.example.org/x.deb?version=2", None),
    ],
)
def test_only_what_never_changes_is_kept(tmp_path: Path, url: str, kept: str | None) -> None:
    assert PackageCache(tmp_path).place(url) == (None if kept is None else tmp_path / kept)


def test_what_killed_proxies_left_is_swept_away(tmp_path: Path) -> None:
    old, new, whole = tmp_path / "h/.part-old", tmp_path / "h/.part-new", tmp_path / "h/x.deb"
    old.parent.mkdir()
    for path, moment in ((old, 100), (new, 300), (whole, 100)):
        path.touch()
        os.utime(path, (moment, moment))
    PackageCache(tmp_path).sweep(200)
    assert sorted(tmp_path.rglob("*.*")) == [new, whole]
