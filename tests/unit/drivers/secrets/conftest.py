"""A real OpenBao server in memory, for the tests that need one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hvac
import pytest
from hvac.exceptions import VaultError
from requests import RequestException

TOKEN = "for-this-test-alone"  # noqa: S105 - the server lives as long as the test


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers(client: hvac.Client) -> bool:
    try:
        return bool(client.sys.is_initialized() and not client.sys.is_sealed())
    except (RequestException, VaultError):
        return False


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment that reaches a server which holds one entry, kv/infra/proxmox."""
    address = f"http://127.0.0.1:{free_port()}"
    program = Path(sys.executable).with_name("bao")
    environ = {**os.environ, "BAO_DEV_ROOT_TOKEN_ID": TOKEN, "HOME": str(tmp_path_factory.mktemp("bao"))}
    command = [program, "server", "-dev", "-dev-no-store-token", f"-dev-listen-address={address[7:]}"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        log = ""
        client = hvac.Client(url=address, token=TOKEN)
        for line in server.stdout:
            log += line
            if "Development mode should NOT be used" in line:
                break
        assert answers(client), log
        client.sys.enable_secrets_engine("kv", path="kv", options={"version": "2"})
        client.secrets.kv.v2.create_or_update_secret(
            "infra/proxmox", {"token": "t0", "a.b": "dotted"}, mount_point="kv"
        )
        yield {"VAULT_ADDR": address, "VAULT_TOKEN": TOKEN}
        server.terminate()
