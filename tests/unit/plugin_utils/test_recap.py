"""The recap of a run: what counts, where, and what is forgotten."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.plugin_utils.recap import Recap


def counts(recap: Recap) -> dict[str, tuple[int, int, int, int, float]]:
    return {name: tuple(tally.as_dict().values()) for name, tally in recap.stages.items()}


def test_tasks_hosts_and_seconds_are_added_up_for_each_stage() -> None:
    recap = Recap()
    recap.play("Create virtual machines", 10.0)
    recap.begin("pve")
    recap.ok(changed=True)
    recap.play("Prepare machines", 14.0)
    for host in ("nas", "mini", "nas"):
        recap.begin(host)
        recap.ok(changed=False)
    recap.end(15.5, {})
    assert counts(recap) == {"proxmox": (1, 1, 1, 0, 4.0), "prepare": (2, 3, 0, 0, 1.5)}


def test_a_play_without_a_title_of_its_own_belongs_to_the_stage_before_it() -> None:
    recap = Recap()
    recap.play("Create virtual machines", 0.0)
    recap.play("Wait for virtual machines", 1.0)
    recap.end(3.0, {})
    assert counts(recap) == {"proxmox": (0, 0, 0, 0, 3.0)}


def test_plays_of_other_playbooks_count_by_themselves() -> None:
    recap = Recap()
    recap.play("Look", 0.0)
    recap.play("Leap", 1.0)
    recap.end(3.0, {})
    assert counts(recap) == {"Look": (0, 0, 0, 0, 1.0), "Leap": (0, 0, 0, 0, 2.0)}


def test_a_failure_says_where_it_happened() -> None:
    recap = Recap()
    recap.play("Prepare machines", 0.0)
    recap.begin("nas")
    recap.failed("nas", "Write a file", {"msg": "no"})
    recap.end(1.0, {"nas": 1})
    assert [(one.stage, one.host, one.task, one.advice.what) for one in recap.failures] == [
        ("prepare", "nas", "Write a file", "no")
    ]
    assert counts(recap)["prepare"] == (1, 0, 0, 1, 1.0)


def test_a_failure_that_was_rescued_is_none() -> None:
    recap = Recap()
    recap.play("Prepare machines", 0.0)
    recap.failed("nas", "Install", {"msg": "500"})
    recap.failed("mini", "Install", {"msg": "500"})
    recap.failed("mini", "Say it clearly", {"msg": "the mirror is down"})
    recap.end(1.0, {"nas": 0, "mini": 1})
    assert [(one.host, one.task) for one in recap.failures] == [("mini", "Say it clearly")]
    assert recap.stages["prepare"].failed == {"mini"}
