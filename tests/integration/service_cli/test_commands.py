"""The commands against a real service: what they end with, and who may."""

from __future__ import annotations

import json
import stat


def test_the_first_start_makes_a_token_that_nobody_else_can_read(home) -> None:
    home.serve("--log-format", "text")
    token = home.folder / "data/admin.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert f"kombify listens on http://127.0.0.1:{home.port}\n  stacks  home\n" in home.log
    assert "  token   in the file data/admin.token\n" in home.log
    assert token.read_text().strip() not in home.log
    before = token.read_text()
    home.stop()
    home.serve("--log-format", "json")
    assert token.read_text() == before
    ready = [json.loads(line) for line in home.log.splitlines() if line.startswith("{")]
    assert ("ready", ["home"]) in [(line["event"], line.get("stacks")) for line in ready]
    home.stop()
    home.serve("--new-admin-token")
    assert token.read_text() != before
    names = {one["name"]: one["revoked_at"] is None for one in home.read("token", "list")}
    assert names == {"admin": False, "admin-2": True}


def test_a_job_ends_the_command_as_it_ends_itself(home) -> None:
    home.serve()
    folder = f"folder={home.steps}"
    assert home.kombify("job", "launch", "file", "-e", folder, "-e", "text=a", "--check", "-f").returncode == 4
    assert home.kombify("job", "launch", "file", "-e", folder, "-e", "text=a", "-f").returncode == 0
    assert home.kombify("job", "launch", "file", "-e", folder, "-e", "text=a", "--check", "-f").returncode == 0
    failed = home.kombify("job", "launch", "file", "-e", folder, "-e", "text=no", "-f")
    assert failed.returncode == 1
    assert "the file says no" in failed.stdout
    number = home.read("job", "list", "--state", "failed")[0]["id"]
    assert failed.stdout.endswith(f"go on where it ended: kombify job relaunch {number} --unfinished\n")
    again = home.kombify("job", "relaunch", str(number), "--unfinished", "--follow")
    assert again.returncode == 1
    assert home.read("job", "list")[0]["relaunch_of"] == number


def test_colours_are_for_terminals(home) -> None:
    home.serve()
    words = ("job", "launch", "file", "-e", f"folder={home.steps}", "-e", "text=a", "-f")
    assert "\x1b[" not in home.kombify(*words).stdout
    assert "\x1b[" in home.kombify("--color", *words).stdout


def test_a_key_launches_once(home) -> None:
    home.serve()
    words = ("job", "launch", "file", "-e", f"folder={home.steps}", "--key", "once")
    first, second = home.read(*words, "-e", "text=a"), home.read(*words, "-e", "text=a")
    assert first["id"] == second["id"]
    other = home.kombify(*words, "-e", "text=b")
    assert other.returncode != 0
    assert f"stands for job {first['id']}" in other.stderr


def test_a_token_allows_what_its_scope_says_until_it_is_revoked(home) -> None:
    home.serve()
    made = home.kombify("token", "create", "portal", "--scope", "read", "--days", "1")
    portal = {"KOMBISTACK_TOKEN": made.stdout.strip()}
    assert home.kombify("job", "list", **portal).returncode == 0
    refused = home.kombify("job", "launch", "file", **portal)
    assert refused.returncode == 3
    assert "'portal' may read, and this needs 'run'" in refused.stderr
    assert home.kombify("token", "list", **portal).returncode == 3
    assert home.kombify("token", "revoke", "portal").returncode == 0
    assert home.kombify("job", "list", **portal).returncode == 3
    everything = b"".join(path.read_bytes() for path in (home.folder / "data").glob("kombify.db*"))
    assert made.stdout.strip().encode() not in everything


def test_what_cannot_be_launched_is_said_with_the_nearest(home) -> None:
    home.serve()
    ran = home.kombify("job", "launch", "stesp")
    assert ran.returncode == 1
    assert "did you mean 'steps'?" in ran.stderr
    ran = home.kombify("job", "launch", "steps", "--limit", "nsa")
    assert "limit[0]: there is no machine 'nsa'" in ran.stderr
    assert "did you mean 'nas'?" in ran.stderr


def test_a_schedule_is_kept_and_can_be_run_now(home) -> None:
    home.serve()
    assert home.kombify("schedule", "add", "nightly", "daily 02:30", "--playbook", "file").returncode == 0
    assert home.kombify("schedule", "disable", "nightly").returncode == 0
    assert [(one["name"], one["enabled"]) for one in home.read("schedule", "list")] == [("nightly", False)]
    assert home.kombify("schedule", "run", "nightly", "--follow").returncode == 1  # the playbook lacks a variable
    assert home.kombify("schedule", "remove", "nightly").returncode == 0
    assert home.read("schedule", "list") == []
    wrong = home.kombify("schedule", "add", "nightly", "never", "--drift")
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr


def test_a_configuration_is_refused_with_all_that_is_wrong_and_nothing_is_started(home) -> None:
    home.serve()
    home.environment |= {"KOMBISTACK_PROT": "1", "KOMBISTACK_DATA_DIR": "other"}
    (home.folder / "kombistack.yaml").write_text("server: {prt: 1}\n", encoding="utf-8")
    ran = home.kombify("serve", "--host", "0.0.0.0", "--stacks", "nowhere", "--check")  # noqa: S104
    assert (ran.returncode, ran.stdout) == (2, "")
    for said in (
        "did you mean 'KOMBISTACK_PORT'?",
        "did you mean 'server.port'?",
        "nowhere is not a folder",
        "0.0.0.0 can be reached by other machines, and without TLS",
        f"{home.port} is taken by another program",
    ):
        assert said in ran.stderr
    assert not (home.folder / "other").exists()


def test_a_second_service_on_the_same_data_is_refused_in_words(home) -> None:
    home.serve()
    ran = home.kombify("serve", KOMBISTACK_PORT=str(home.port), KOMBISTACK_HOST="127.0.0.2")
    assert ran.returncode == 1
    assert "runs already" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert home.ready()
