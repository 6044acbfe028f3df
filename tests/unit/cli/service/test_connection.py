"""Which service a command talks to, and whom a token is given to."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.cli.connection import find_connection, is_local, read_token
from kombify.cli.ending import Refused, Stop


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("KOMBISTACK_TOKEN", "KOMBISTACK_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "data").mkdir()
    file = tmp_path / "data/admin.token"
    file.write_text("kmb_mine\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def test_the_service_here_is_found_with_its_token(token: Path) -> None:
    assert find_connection(None) == ("http://127.0.0.1:5260", "kmb_mine")


def test_the_service_here_is_found_as_it_is_configured(token: Path, tmp_path: Path) -> None:
    token.rename(tmp_path / "admin.token")
    (tmp_path / "kombistack.yaml").write_text('server: {port: 6000, host: "::"}\ndata_dir: .\n', encoding="utf-8")
    assert find_connection(None) == ("http://127.0.0.1:6000", "kmb_mine")


def test_a_token_of_the_environment_wins(token: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMBISTACK_TOKEN", "kmb_other")
    assert find_connection("http://127.0.0.1:1/") == ("http://127.0.0.1:1", "kmb_other")


def test_the_token_file_is_never_sent_to_another_machine(token: Path) -> None:
    with pytest.raises(Stop, match=r"there is no token for https://example\.net"):
        find_connection("https://example.net")


def test_a_token_that_others_can_read_is_refused(token: Path) -> None:
    token.chmod(0o640)
    with pytest.raises(Refused, match="can be read by others"):
        read_token(token)


def test_without_a_token_it_is_said_where_one_was_looked_for(token: Path) -> None:
    token.unlink()
    with pytest.raises(Stop, match=r"data/admin\.token does not exist") as caught:
        find_connection(None)
    assert "KOMBISTACK_DATA_DIR" in caught.value.hint


@pytest.mark.parametrize("url", ["127.0.0.1:5260", "ftp://x", "http://", "x"])
def test_what_is_no_url_is_said(url: str, token: Path) -> None:
    with pytest.raises(Stop, match="is not the URL of a service"):
        find_connection(url)


def test_a_broken_configuration_is_said_with_all_that_is_wrong(token: Path, tmp_path: Path) -> None:
    (tmp_path / "kombistack.yaml").write_text("server: {prot: 6000}\ndata_dri: x\n", encoding="utf-8")
    with pytest.raises(Stop) as caught:
        find_connection(None)
    assert "did you mean 'server.port'?" in str(caught.value)
    assert "did you mean 'data_dir'?" in str(caught.value)


def test_only_loopback_is_this_machine() -> None:
    urls = {"http://127.0.0.1:1": True, "http://[::1]:1": True, "http://localhost": True, "http://192.168.1.1": False}
    assert {url: is_local(url) for url in urls} == urls
