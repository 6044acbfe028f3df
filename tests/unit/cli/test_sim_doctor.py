"""`kombify sim doctor` on this machine, whatever it can do."""

from __future__ import annotations

import json


def test_people_are_told_which_driver_works_here_and_what_is_not_real(run) -> None:
    ran = run("sim", "doctor")
    assert "The driver is " in ran.out
    assert "Not real:" in ran.out
    assert ran.out.startswith("check ")


def test_programs_get_the_same(run) -> None:
    ran = run("sim", "doctor", "--format", "json")
    found = json.loads(ran.out)
    lacking = [check["name"] for check in found["checks"] if check["needed"] and not check["ok"]]
    assert ran.code == (1 if lacking else 0)
    assert found["driver"] in {"netns", "podman", "api-only"}
    assert found["unreal"] != []
    assert {"root", "overlayfs", "inotify", "disk"} <= {check["name"] for check in found["checks"]}


def test_too_many_nodes_need_more_than_there_is(run) -> None:
    ran = run("sim", "doctor", "--nodes", "1000000", "--format", "json")
    checks = {check["name"]: check for check in json.loads(ran.out)["checks"]}
    assert ran.code == 1
    assert checks["inotify"]["mend"] == ["sysctl -w fs.inotify.max_user_instances=6000032"]
