"""pynetbox as its documentation shows it, against the simulated NetBox with branching: nothing here knows that it is a simulator."""
import os

import pynetbox

from told import refused, same, step

url = os.environ["NETBOX_URL"]
nb = pynetbox.api(url, token=os.environ["NETBOX_TOKEN"])
vms = nb.virtualization.virtual_machines
branches = nb.plugins.branching.branches


def sign_in():
    with step("who asks, with tokens of both versions and with a password"):
        same(nb.version, "4.5")
        assert nb.status()["netbox-version"].startswith("4.5."), nb.status()
        assert "netbox_branching" in nb.status()["plugins"]
        old = pynetbox.api(url, token=os.environ["NETBOX_TOKEN_V1"])
        same([cluster.name for cluster in old.virtualization.clusters.all()], ["pve-a", "pve-b"])
        person = pynetbox.api(url)
        person.create_token("alice", "alice")
        same([vm.name for vm in person.virtualization.virtual_machines.all()], ["web-01"])
        with refused(pynetbox.RequestError) as raised:
            list(pynetbox.api(url, token="nbt_000000000000." + "0" * 40).virtualization.clusters.all())
        same(raised[0].req.status_code, 403)


def one_object():
    with step("one virtual machine is made, read, saved, updated and deleted"):
        cluster = nb.virtualization.clusters.get(name="pve-a")
        vm = vms.create(name="stranger-01", cluster=cluster.id, vcpus=2, memory=2048, status="planned", tags=[{"slug": "prod"}])
        same((str(vm), vm.cluster.name, vm.status.value, [tag.slug for tag in vm.tags]), ("stranger-01", "pve-a", "planned", ["prod"]))
        vm = vms.get(vm.id)
        vm.memory = 4096
        vm.status = "active"
        same(vm.updates(), {"memory": 4096, "status": "active"})
        assert vm.save()
        assert vm.update({"comments": "by a stranger"})
        again = vms.get(name="stranger-01", cluster_id=cluster.id)
        same((again.memory, again.status.value, again.comments), (4096, "active", "by a stranger"))
        assert vm.delete()
        same(vms.get(vm.id), None)
    with step("what is refused arrives with status and text"):
        with refused(pynetbox.RequestError) as raised:
            vms.create(name="stranger-02", cluster=999, memory="much")
        same(raised[0].req.status_code, 400)
        assert '"cluster"' in raised[0].error and '"memory"' in raised[0].error, raised[0].error


def many_objects():
    with step("sixty are made at once, listed by pages, filtered, counted, changed and deleted at once"):
        cluster = nb.virtualization.clusters.get(name="pve-b")
        made = vms.create([{"name": f"bulk-{number:02}", "cluster": cluster.id, "memory": 1024} for number in range(60)])
        same([vm.name for vm in made], [f"bulk-{number:02}" for number in range(60)])
        by_pages = vms.filter(cluster_id=cluster.id, limit=7)
        same(len(by_pages), 60)
        same(sorted(vm.name for vm in by_pages), [f"bulk-{number:02}" for number in range(60)])
        same(len({vm.id for vm in vms.all(limit=50)}), 61)
        with refused(ValueError):
            vms.get(cluster_id=cluster.id)
        same([vm.name for vm in vms.all(limit=2, offset=10)], ["bulk-10", "bulk-11"])
        same(len(list(pynetbox.api(url, token=os.environ["NETBOX_TOKEN"], threading=True).virtualization.virtual_machines.all(limit=9))), 61)
        same(vms.count(name__isw="bulk-0"), 10)
        same([vm.name for vm in vms.filter(name=["bulk-01", "bulk-02"])], ["bulk-01", "bulk-02"])
        same([vm.name for vm in vms.filter("bulk-33")], ["bulk-33"])
        for vm in made[:5]:
            vm.memory = 2048
        assert vms.update(made[:5])
        same(vms.count(memory=2048, name__isw="bulk-"), 5)
        with refused(pynetbox.RequestError):
            vms.create([{"name": "all-or-none", "cluster": cluster.id}, {"name": "bulk-00", "cluster": cluster.id}])
        same(vms.count(name="all-or-none"), 0)
        assert vms.filter(cluster_id=cluster.id).update(comments="all of them")
        assert vms.delete(made[:10])
        assert vms.filter(cluster_id=cluster.id).delete()
        same(vms.count(cluster_id=cluster.id), 0)


def round_about():
    with step("what may be chosen is told, what is free is given, what others lean on stays"):
        assert "active" in [choice["value"] for choice in vms.choices()["status"]]
        prefix = nb.ipam.prefixes.create(prefix="198.51.100.0/29")
        same([address.address for address in prefix.available_ips.list()][:2], ["198.51.100.1/29", "198.51.100.2/29"])
        same(prefix.available_ips.create().address, "198.51.100.1/29")
        same([address.address for address in prefix.available_ips.create([{}, {}])], ["198.51.100.2/29", "198.51.100.3/29"])
        with refused(pynetbox.AllocationError):
            prefix.available_ips.create([{} for _ in range(9)])
        with refused(pynetbox.RequestError) as raised:
            nb.virtualization.clusters.get(name="pve-a").delete()
        same(raised[0].req.status_code, 409)
        same(vms.get(name="web-01").cluster.type.slug, "proxmox")
    with step("what hangs on a virtual machine: interface, MAC, address, disk"):
        vm = vms.get(name="web-01")
        interface = nb.virtualization.interfaces.create(virtual_machine=vm.id, name="net1")
        mac = nb.dcim.mac_addresses.create(mac_address="BC:24:11:AA:BB:CC", assigned_object_type="virtualization.vminterface", assigned_object_id=interface.id)
        interface.primary_mac_address = mac.id
        assert interface.save()
        address = nb.ipam.ip_addresses.create(address="192.0.2.10/24", assigned_object_type="virtualization.vminterface", assigned_object_id=interface.id)
        vm.primary_ip4 = address.id
        assert vm.save()
        same(vms.get(vm.id).primary_ip4.address, "192.0.2.10/24")
        disk = nb.virtualization.virtual_disks.create(virtual_machine=vm.id, name="scsi0", size=8192)
        same(vms.get(vm.id).disk, 8192)
        same(nb.ipam.ip_addresses.get(vminterface_id=interface.id).assigned_object.name, "net1")
        assert disk.delete() and interface.delete()
    with step("tags and custom fields are made and used"):
        tag = nb.extras.tags.create(name="Stranger", slug="stranger", color="ff0000")
        nb.extras.custom_fields.create(name="stranger_note", type="text", object_types=["virtualization.virtualmachine"])
        vm = vms.get(name="web-01")
        vm.tags = [tag.id, *[each.id for each in vm.tags]]
        vm.custom_fields["stranger_note"] = "seen"
        assert vm.save()
        vm = vms.get(vm.id)
        same((sorted(each.slug for each in vm.tags), vm.custom_fields["stranger_note"]), (["prod", "stranger"], "seen"))
        same([each.name for each in vms.filter(tag="stranger")], ["web-01"])
        same([each.name for each in vms.filter(cf_stranger_note="seen")], ["web-01"])
        assert tag.delete()



def fresh_branch(name):
    branch = branches.create(name=name)
    return next(seen for seen in iter(lambda: branches.get(branch.id), None) if seen.status.value == "ready")


def ended(job_id):
    ends = ("completed", "errored", "failed")
    return next(seen for seen in iter(lambda: nb.core.jobs.get(job_id), None) if seen.status.value in ends)


def branching():
    with step("a branch is made, worked in, and main does not see it"):
        branch = fresh_branch("strange ideas")
        with nb.activate_branch(branch):
            cluster = nb.virtualization.clusters.get(name="pve-a")
            vm = vms.create(name="branch-01", cluster=cluster.id)
            web = vms.get(name="web-01")
            web.vcpus = 6
            assert web.save()
            same(sorted(each.name for each in vms.all()), ["branch-01", "web-01"])
        same([each.name for each in vms.all()], ["web-01"])
        diffs = sorted((diff.action.value, diff.object_repr) for diff in nb.plugins.branching.changes.filter(branch_id=branch.id))
        same(diffs, [("create", "branch-01"), ("update", "web-01")])
    with step("it is merged by a job"):
        job = nb.http_session.post(f"{url}/api/plugins/branching/branches/{branch.id}/merge/", json={"commit": True}, headers={"authorization": f"Bearer {nb.token}"}).json()
        same(ended(job["id"]).status.value, "completed")
        same(branches.get(branch.id).status.value, "merged")
        same(sorted(each.name for each in vms.all()), ["branch-01", "web-01"])
        same(vms.get(vm.id).name, "branch-01")
    with step("who changed what can be read"):
        changes = list(nb.core.object_changes.filter(changed_object_type="virtualization.virtualmachine", changed_object_id=vm.id))
        same([change.action.value for change in changes], ["create"])


sign_in()
one_object()
many_objects()
round_about()
branching()
