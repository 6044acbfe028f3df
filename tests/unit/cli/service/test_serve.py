"""`kombify serve`: what is refused before anything starts, and what is said."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    monkeypatch.setenv("KOMBISTACK_PORT", str(number))
    return number


def problems(ran) -> list[str]:
    """What was refused, without its first and its last line."""
    assert (ran.code, ran.out) == (2, "")
    first, *found, last = ran.err.splitlines()
    assert first == "kombify: the service cannot be started like this:"
    assert last == "Settings stand in kombistack.yaml, in the environment, or in the options."
    return [one.strip() for one in found]


def test_a_right_configuration_is_said_and_leaves_nothing_behind(run, stack, port: int, tmp_path: Path) -> None:
    stack("home")
    ran = run("serve", "--check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == ["The configuration is right.", f"  listens on  http://127.0.0.1:{port}"]
    assert not (tmp_path / "data").exists()


def test_the_options_win_over_the_environment_and_that_over_the_file(run, stack, port: int, tmp_path: Path) -> None:
    stack("home")
    (tmp_path / "kombistack.yaml").write_text("server: {port: 1, host: 127.0.0.2}\ndata_dir: there\n", encoding="utf-8")
    said = run("serve", "--check", "--host", "127.0.0.3").out
    assert f"http://127.0.0.3:{port}\n" in said
    assert "  data        there\n" in said


def test_everything_that_is_wrong_is_said_at_once(
    run, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOMBISTACK_PROT", "1")
    (tmp_path / "kombistack.yaml").write_text("server: {prt: 1, rate_limit: often}\n", encoding="utf-8")
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", port)):
        found = problems(run("serve", "--check", "--data-dir", "file/data"))
    assert found == [
        "kombistack.yaml: there is no setting 'server.prt'. did you mean 'server.port'?",
        "KOMBISTACK_PROT: there is no setting for this variable. did you mean 'KOMBISTACK_PORT'?",
        f"data_dir (KOMBISTACK_DATA_DIR): {tmp_path}/file is not a folder; name a folder that this user can write to",
        (
            "stacks_dir (KOMBISTACK_STACKS_DIR): there is no stack: neither kombination.yaml nor */kombination.yaml is "
            "there; make one: kombify init"
        ),
        "server.rate_limit (KOMBISTACK_RATE_LIMIT): 'often' is no limit; write it like 100/minute, or 0 for none",
        f"server.port (KOMBISTACK_PORT): {port} is taken by another program; choose another port, or stop that program",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "70000"), "server.port (KOMBISTACK_PORT): Input should be less than or equal to 65535"),
        (("--host", "203.0.113.9"), "server.host (KOMBISTACK_HOST): 203.0.113.9 is no address of this machine"),
        (("--host", "0.0.0.0"), "0.0.0.0 can be reached by other machines, and without TLS"),  # noqa: S104
        (("--stacks", "nowhere"), "stacks_dir (KOMBISTACK_STACKS_DIR): nowhere is not a folder"),
        (("--database-url", "mysql://x/y"), "database.url (KOMBISTACK_DATABASE_URL): 'mysql://x/y' is no database"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_mistake_is_said_with_its_names(words: tuple[str, ...], said: str, run, stack, port: int) -> None:
    stack("home")
    assert any(said in one for one in problems(run("serve", "--check", *words)))


def test_other_machines_may_come_in_through_a_proxy_that_is_named(
    run, stack, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack("home")
    monkeypatch.setenv("KOMBISTACK_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    assert run("serve", "--check", "--host", "0.0.0.0").code == 0  # noqa: S104
    monkeypatch.setenv("KOMBISTACK_TRUSTED_PROXIES", "the proxy")
    assert any("'the proxy' is neither" in one for one in problems(run("serve", "--check")))


def test_a_certificate_has_to_be_one(run, stack, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack("home")
    monkeypatch.setenv("KOMBISTACK_TLS_CERT", "cert.pem")
    assert problems(run("serve", "--check")) == ["tls_cert and tls_key belong together"]
    monkeypatch.setenv("KOMBISTACK_TLS_KEY", "key.pem")
    assert any("cert.pem cannot be read" in one for one in problems(run("serve", "--check")))
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("nothing\n", encoding="utf-8")
    assert any("cert.pem" in one and "PEM" in one for one in problems(run("serve", "--check")))


def test_a_password_on_the_command_line_is_refused_and_not_repeated(run, stack, port: int) -> None:
    stack("home")
    ran = run("serve", "--database-url", "postgresql://me:hunter2@db/kombify")
    assert ran.code == 3
    assert "KOMBISTACK_DATABASE_URL" in ran.err
    assert "hunter2" not in ran.err
