"""References become values, and nothing that is said about a failure holds a value."""

from __future__ import annotations

import json
import os
from pathlib import Path

import keyring
import keyring.backend
import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.read import Surroundings, read_secret
from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable


def refusal(text: str, around: Surroundings) -> str:
    with pytest.raises(SecretUnreadable) as caught:
        read_secret(text, around)
    return str(caught.value)


def test_a_variable_of_the_environment_is_read(tmp_path: Path) -> None:
    assert read_secret("env:TOKEN", Surroundings(tmp_path, {"TOKEN": "t0"})) == "t0"


def test_a_file_is_read_beside_the_inventory_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0\n", encoding="utf-8")
    assert read_secret("file:token", Surroundings(tmp_path, {})) == "t0"
    assert read_secret(f"file:{tmp_path}/token", Surroundings(Path("/"), {})) == "t0"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:TOKEN", "TOKEN is not set in the environment; export TOKEN first"),
        ("file:none", "none does not exist; create it with mode 0600"),
        ("file:.", "cannot be read: Is a directory"),
        ("file:empty", "file:empty is empty"),
        ("file:bytes", "bytes cannot be read: it is not text"),
        ("hunter2", "the text is no reference to a secret"),
        ("vault:kv/x#y", "the address of Vault is unknown; set secrets.vault.address"),
        ("vault:kv#y", "vault:kv names no entry"),
        ("sops:none.yaml#y", "none.yaml does not exist"),
        ("ansible-vault:empty#y", "can be opened by Ansible alone"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, reference: str, said: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    assert said in refusal(reference, Surroundings(tmp_path, {}))


def test_a_value_given_instead_of_a_reference_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refusal("hunter2", Surroundings(tmp_path, {}))


def test_vault_gives_an_entry_and_names_the_keys_that_exist(tmp_path: Path, vault: dict[str, str]) -> None:
    around = Surroundings(tmp_path, vault)
    assert read_secret("vault:kv/infra/proxmox#token", around) == "t0"
    assert read_secret("vault:kv/infra/proxmox#a.b", around) == "dotted"
    said = refusal("vault:kv/infra/proxmox#tokn", around)
    assert said.endswith("keys that exist there: a.b, token")
    assert "t0" not in said
    assert "Vault has nothing at kv/infra/proxmx" in refusal("vault:kv/infra/proxmx#token", around)


def test_vault_refuses_a_wrong_token_and_says_which_policies_to_check(tmp_path: Path, vault: dict[str, str]) -> None:
    around = Surroundings(tmp_path, vault | {"VAULT_TOKEN": "wrong"})
    said = refusal("vault:kv/infra/proxmox#token", around)
    assert said == "Vault refuses to show kv/infra/proxmox; check the policies of VAULT_TOKEN"


def test_a_vault_that_is_not_there_is_said_with_its_address(tmp_path: Path) -> None:
    around = Surroundings(tmp_path, {"VAULT_TOKEN": "t"}, vault_address="http://127.0.0.1:1")
    assert "Vault at http://127.0.0.1:1 does not answer" in refusal("vault:kv/a#b", around)


SOPS = """#!/bin/sh
test "$KEY" = right || { echo "no key could decrypt the data" >&2; exit 128; }
cat "$4"
"""


@pytest.fixture
def sops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that opens files as sops does, when the key is right."""
    program = tmp_path / "bin" / "sops"
    program.parent.mkdir()
    program.write_text(SOPS, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (tmp_path / "x.yaml").write_text(json.dumps({"db": {"password": "p0"}}), encoding="utf-8")
    return tmp_path


def test_sops_opens_a_file_and_a_key_is_a_path_in_it(sops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "right")
    assert read_secret("sops:x.yaml#db.password", Surroundings(sops)) == "p0"
    assert "is no single value" in refusal("sops:x.yaml#db", Surroundings(sops))
    assert refusal("sops:x.yaml#db.user", Surroundings(sops)).endswith("keys that exist there: password")


def test_sops_without_the_key_says_its_reason(sops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "wrong")
    assert "no key could decrypt the data" in refusal("sops:x.yaml#db.password", Surroundings(sops))


class Chain(keyring.backend.KeyringBackend):
    """A keychain with one entry."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return {"proxmox": "t0"}.get(username) if service == "kombify" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("Reading a secret writes nothing.")


def test_the_keychain_gives_an_entry_by_its_name(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Chain())
    try:
        assert read_secret("keychain:proxmox", Surroundings(tmp_path)) == "t0"
        assert "keyring set kombify other" in refusal("keychain:other", Surroundings(tmp_path))
    finally:
        keyring.set_keyring(before)
