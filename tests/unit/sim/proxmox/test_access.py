"""Who may speak to the cluster, and what it says to everybody else."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from proxmoxer import ResourceException

from kombify.sim.hypervisors import CLIENT, GIB, ProxmoxNode, ProxmoxSettings, Storage


@pytest.mark.parametrize(
    ("token", "answer"),
    [
        (f"{CLIENT}=wrong", "401 Unauthorized: invalid token value!"),
        ("root@pam!other=wrong", "401 Unauthorized: no such token 'other' for user 'root@pam'"),
        ("nobody@pve!kombify=wrong", r"401 Unauthorized: no such user \('nobody@pve'\)"),
    ],
)
def test_a_wrong_token_is_refused_as_proxmox_does_it(cluster: Any, token: str, answer: str) -> None:
    with pytest.raises(ResourceException, match=answer):
        cluster.client(token).version.get()


def test_without_a_token_nothing_is_told(cluster: Any) -> None:
    answer = requests.get(f"{cluster.pve.url}/api2/json/nodes", verify=f"{cluster.folder}/proxmox.crt", timeout=10)
    assert answer.status_code == 401


def test_its_certificate_is_of_its_own_and_nobody_else_trusts_it(cluster: Any) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{cluster.pve.url}/api2/json/version", timeout=10)


def test_a_node_that_is_not_there_is_not_found(cluster: Any) -> None:
    with pytest.raises(ResourceException, match="hostname lookup 'pve9' failed"):
        cluster.vm(9000, "pve9").clone.post(newid=101)


def test_a_vm_of_another_node_is_not_found(cluster: Any) -> None:
    missing = "Configuration file 'nodes/pve/qemu-server/101.conf' does not exist"
    with pytest.raises(ResourceException, match=missing):
        cluster.vm().config.get()


def test_a_number_that_is_taken_is_refused(cluster: Any) -> None:
    cluster.clone()
    with pytest.raises(ResourceException, match="unable to create VM 101: config file already exists"):
        cluster.vm(9000).clone.post(newid=101, name="web-2")


class TestSeveralNodes:
    @pytest.fixture
    def settings(self) -> ProxmoxSettings:
        return ProxmoxSettings(
            nodes={"alpha": ProxmoxNode(8, 32 * GIB), "beta": ProxmoxNode(4, 16 * GIB)},
            templates={"debian-13": 9000, "ubuntu-24.04": 9001},
            bridges={"vmbr0": None, "vmbr1": None},
            storages={"local-lvm": Storage(size=100 * GIB), "nas": Storage("nfs", 900 * GIB, shared=True)},
        )

    def test_each_has_the_size_that_was_ordered(self, cluster: Any) -> None:
        sizes = {node["node"]: (node["maxcpu"], node["maxmem"]) for node in cluster.api.nodes.get()}
        assert sizes == {"alpha": (8, 32 * GIB), "beta": (4, 16 * GIB)}
        status = cluster.api.nodes("beta").status.get()
        assert (status["cpuinfo"]["cpus"], status["memory"]["total"]) == (4, 16 * GIB)

    def test_each_has_every_template_under_a_number_of_its_own(self, cluster: Any) -> None:
        found = {
            (vm["node"], vm["name"], vm["vmid"])
            for vm in cluster.api.cluster.resources.get(type="vm")
            if vm["template"]
        }
        assert found == {
            ("alpha", "debian-13", 9000),
            ("alpha", "ubuntu-24.04", 9001),
            ("beta", "debian-13", 9100),
            ("beta", "ubuntu-24.04", 9101),
        }

    def test_each_has_the_bridges_and_storages(self, cluster: Any) -> None:
        node = cluster.api.nodes("beta")
        assert [bridge["iface"] for bridge in node.network.get(type="bridge")] == ["vmbr0", "vmbr1"]
        storages = {item["storage"]: (item["total"], item["shared"]) for item in node.storage.get(content="images")}
        assert storages == {"local-lvm": (100 * GIB, 0), "nas": (900 * GIB, 1)}

    def test_a_vm_lives_on_the_node_of_its_template(self, cluster: Any) -> None:
        assert cluster.done(cluster.vm(9100, "beta").clone.post(newid=102, name="db-1")) == "OK"
        assert cluster.vm(102, "beta").config.get()["name"] == "db-1"

    def test_a_vm_with_local_disks_is_not_cloned_to_another_node(self, cluster: Any) -> None:
        missing = r"can't clone VM to node 'beta' \(VM uses local storage\)"
        with pytest.raises(ResourceException, match=missing):
            cluster.vm(9000, "alpha").clone.post(newid=102, name="db-1", target="beta")

    def test_a_vm_with_more_cores_than_its_node_does_not_start(self, cluster: Any) -> None:
        assert cluster.done(cluster.vm(9100, "beta").clone.post(newid=102, name="db-1")) == "OK"
        vm = cluster.vm(102, "beta")
        vm.config.put(cores=6, ipconfig0="ip=10.77.0.12/24")
        assert cluster.done(vm.status.start.post()) == "MAX 4 vcpus allowed per VM on this node"

    def test_a_vm_on_a_bridge_that_is_not_there_does_not_start(self, cluster: Any) -> None:
        assert cluster.done(cluster.vm(9100, "beta").clone.post(newid=102, name="db-1")) == "OK"
        vm = cluster.vm(102, "beta")
        vm.config.put(net0="virtio,bridge=vmbr9", ipconfig0="ip=10.77.0.12/24")
        task = vm.status.start.post()
        assert cluster.done(task) == "start failed: QEMU exited with code 1"
        log = [line["t"] for line in cluster.api.nodes("beta").tasks(task).log.get()]
        assert "bridge 'vmbr9' does not exist" in log
        assert cluster.lab.known == {}

    def test_a_vm_moves_to_another_node_while_its_machine_goes_on(self, cluster: Any) -> None:
        assert cluster.done(cluster.vm(9000, "alpha").clone.post(newid=102, name="db-1")) == "OK"
        vm = cluster.vm(102, "alpha")
        vm.config.put(ipconfig0="ip=10.77.0.12/24")
        assert cluster.done(vm.status.start.post()) == "OK"
        with pytest.raises(ResourceException, match="can't migrate running VM without --online"):
            vm.migrate.post(target="beta")
        assert cluster.done(vm.migrate.post(**{"target": "beta", "online": 1, "with-local-disks": 1})) == "OK"
        assert cluster.vm(102, "beta").status.current.get()["status"] == "running"
        assert cluster.lab.asked == ["start db-1"]


class TestSharedDisks:
    @pytest.fixture
    def settings(self) -> ProxmoxSettings:
        return ProxmoxSettings(
            nodes={"alpha": ProxmoxNode(), "beta": ProxmoxNode()}, storages={"nas": Storage("nfs", shared=True)}
        )

    def test_a_vm_is_cloned_to_another_node(self, cluster: Any) -> None:
        assert cluster.done(cluster.vm(9000, "alpha").clone.post(newid=102, name="db-1", target="beta")) == "OK"
        assert cluster.vm(102, "beta").config.get()["name"] == "db-1"
