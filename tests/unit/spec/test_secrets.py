"""Secrets: references, what looks like a value, and that no value is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.formats import FORMATS, render
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.secrecy import secret_kind
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import SecretRef, parse_secret_ref


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("vault:kv/apps/nextcloud#admin", SecretRef("vault", "kv/apps/nextcloud", "admin", None, None)),
        ("sops:secrets/x.sops.yaml#a.b", SecretRef("sops", "secrets/x.sops.yaml", "a.b", None, None)),
        (
            "ansible-vault:group_vars/all/vault.yml#x",
            SecretRef("ansible-vault", "group_vars/all/vault.yml", "x", None, None),
        ),
        ("keychain:name", SecretRef("keychain", "name", None, None, None)),
        ("env:NAME", SecretRef("env", "NAME", None, None, None)),
        ("file:/run/secrets/x", SecretRef("file", "/run/secrets/x", None, None, None)),
        ("vault:kv/x#y?generate=32&rotate=90d", SecretRef("vault", "kv/x", "y", 32, "90d")),
        ("kv/x#y", SecretRef("vault", "kv/x", "y", None, None)),
    ],
)
def test_a_reference_names_a_place(text: str, reference: SecretRef) -> None:
    assert parse_secret_ref(text) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "correct horse",
        "http://x#y",
        "vault:",
        "vault:kv/x#y?length=3",
        "vault:kv/x#y?rotate=often",
        "vault:kv/x#y?generate=many",
        "vault:kv/x y#z",
    ],
)
def test_anything_else_is_no_reference(text: str) -> None:
    assert parse_secret_ref(text) is None


# Put together here, so that no file of this repository looks as if it held a secret.
TOKENS = {
    "GitHub": "ghp" + "_" + "a1B2" * 9,
    "GitLab": "glpat" + "-" + "a1B2c3D4" * 3,
    "AWS": "AKIA" + "ABCD1234EFGH5678",
    "Slack": "xoxb" + "-" + "1234567890-abcdef",
    "Vault": "hvs" + "." + "CAESIabcdefghijklmnop1234",
    "private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "age": "AGE-SECRET-KEY-1" + "ABCDEFGH" * 5,
    "JWT": "eyJhbGciOiJIUzI1NiJ9" + "." + "eyJzdWIiOiIxMjM0In0" + "." + "c2lnbmF0dXJlMTIz",
    "password": "https://admin" + ":" + "hunter2@git.example.net",
    "random": "Zk3vQ8sXw1LmT6yRb9PdHc4N",
}


@pytest.mark.parametrize("what", TOKENS)
def test_a_token_is_recognised_by_its_look(what: str) -> None:
    found = secret_kind(TOKENS[what], "note")
    assert found is not None
    assert what.casefold() in found.casefold()


@pytest.mark.parametrize(
    "key", ["password", "admin_password", "dbPassword", "api_key", "apiKey", "client-secret", "TOKEN"]
)
def test_a_word_is_recognised_by_its_key(key: str) -> None:
    assert secret_kind("hunter2", key) == "is a secret, and here stands its value"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("password", "vault:kv/x#y"),
        ("password", "{{ vault_password }}"),
        ("password", "${services.postgresql.password}"),
        ("password_file", "/run/secrets/password"),
        ("token_ttl", "90d"),
        ("existingSecret", "nextcloud-secrets"),
        ("secretName", "nextcloud"),
        ("digest", "sha256:" + "0a1b2c3d" * 8),
        ("image", "docker.io/library/nextcloud:30.0.4-apache"),
        ("expr", "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.10"),
        ("mac", "BC:24:11:0A:1B:2C"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ("url", "sftp:backup@192.168.1.20:/srv/backup"),
        ("template", "Ubuntu-24.04-Server-Cloudimg-Amd64-Build7"),
        ("domain", "a-very-long-sub-domain-of-a-host.example.net"),
    ],
)
def test_an_ordinary_text_is_no_secret(key: str, text: str) -> None:
    assert secret_kind(text, key) is None


VALUES = """\
providers: {pve: {type: proxmox, token: correcthorse}}
nodes:
  nas: {address: 192.168.1.10, memory: 8, vars: {root_password: batterystaple}, cpu: many}
services:
  a: {params: {x: "%s"}, replicas: zero, needs: [b]}
"""


def test_no_report_shows_what_was_taken_for_a_secret(load: Callable[..., Spec]) -> None:
    token = TOKENS["GitHub"]
    spec = load(VALUES % token, sets=("services.a.params.password=opensesame",))
    check_spec(spec)
    assert {"K901", "K902", "K206", "K205", "K301"} <= {problem.code for problem in spec.problems}
    for form in FORMATS:
        shown = render(spec.problems, form)
        for secret in ("correcthorse", "batterystaple", token, "opensesame"):
            assert secret not in shown
    assert "batterystaple" not in spec.place("nodes", "nas", "cpu").text


def test_a_secret_of_a_whole_range_is_one_problem(check: Callable[..., list[str]]) -> None:
    found = check('nodes: {"n[1:500]": {address: "10.0.{1}.1", vars: {admin_password: hunter2}}}\n')
    assert [line for line in found if line.startswith("K902")] == [
        "K902 'admin_password' is a secret, and here stands its value"
    ]


def test_the_store_may_not_wait_for_itself(check: Callable[..., list[str]]) -> None:
    text = """\
    providers: {pve: {type: proxmox, token: "vault:kv/pve#token"}}
    nodes:
      host: {type: hypervisor, provider: pve, address: 10.0.0.1}
      vm: {runs_on: host, address: 10.0.0.2}
    services:
      consul: {runs_on: vm, secrets: {gossip: "vault:kv/consul#gossip", other: "env:OTHER"}}
      vault: {runs_on: vm, needs: [consul], params: {unseal: "vault:kv/vault#unseal"}}
      app: {needs: [vault], secrets: {x: "vault:kv/app#x"}}
    """
    assert check(text) == [
        "K904 the token of provider 'pve' comes from 'vault', which needs it to start",
        "K904 the secret 'gossip' of service 'consul' comes from 'vault', which needs it to start",
        "K904 the param 'unseal' of service 'vault' comes from 'vault', which needs it to start",
    ]
    assert check(dedent(text) + "secrets: {bootstrap: 'sops:secrets/bootstrap.sops.yaml'}\n") == []
