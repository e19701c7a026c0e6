"""proxmoxer as its README shows it, against the simulated Proxmox VE: nothing here knows that it is a simulator."""
import os

import requests
from proxmoxer import ProxmoxAPI, ResourceException
from proxmoxer.core import AuthenticationError
from proxmoxer.tools import Tasks

from told import refused, same, step

host, port = os.environ["PVE_HOST"], int(os.environ["PVE_PORT"])
user, token_name = os.environ["PVE_TOKEN_ID"].split("!")
major = int(os.environ["PVE_MAJOR"])
pve = ProxmoxAPI(host, port=port, user=user, token_name=token_name, token_value=os.environ["PVE_TOKEN_SECRET"], verify_ssl=os.environ["PVE_CA"], timeout=20)
node = pve.nodes("pve1")


def done(upid):
    return Tasks.blocking_status(pve, upid, timeout=30, polling_interval=0.02)


def finished(upid):
    same(done(upid)["exitstatus"], "OK", upid)


def look_around():
    with step("what it is and what is there"):
        assert pve.version.get()["version"].startswith(f"{major}."), pve.version.get()
        same(sorted(row["node"] for row in pve.nodes.get()), ["pve1", "pve2"])
        same([row["quorate"] for row in pve.cluster.status.get() if row["type"] == "cluster"], [1])
        assert {row["type"] for row in pve.cluster.resources.get()} >= {"node", "storage", "qemu", "lxc"}
        same({row["type"] for row in pve.cluster.resources.get(type="vm")}, {"qemu", "lxc"})
        assert {row["vmid"] for row in node.qemu.get()} == {100}, node.qemu.get()
        assert {row["vmid"] for row in node.lxc.get()} == {200}, node.lxc.get()
        assert {row["storage"] for row in node.storage.get()} == {"disks", "local"}
        assert "local:iso/debian.iso" in [row["volid"] for row in node.storage("local").content.get(content="iso")]
        same(node.qemu(100).config.get()["name"], "guest-100")
        same([row["subdir"] for row in pve.get()], ["version", "cluster", "nodes", "storage", "access", "pools"])
        same(pve.access.groups.get(), [])
        assert {row["roleid"] for row in pve.access.roles.get()} >= {"Administrator", "PVEAuditor"}
        assert "cust1" in [row["poolid"] for row in pve.pools.get()]


def virtual_machine():
    vmid = int(pve.cluster.nextid.get())
    with step("a virtual machine is made"):
        finished(node.qemu.create(vmid=vmid, name="stranger", memory=512, cores=1, ostype="l26", scsihw="virtio-scsi-single", scsi0="disks:2", net0="virtio,bridge=vmbr0", tags="b;a", description="made by a stranger\nin two lines", pool="cust1"))
        config = node.qemu(vmid).config.get()
        same((config["name"], config["cores"], config["description"]), ("stranger", 1, "made by a stranger\nin two lines"))
        assert config["scsi0"].startswith("disks:") and config["scsi0"].endswith("size=2G"), config["scsi0"]
        assert vmid in [member["vmid"] for member in pve.pools("cust1").get()["members"]]
    with step("its configuration is changed, with a digest that holds and one that does not"):
        node.qemu(vmid).config.put(cores=2, digest=config["digest"])
        same(node.qemu(vmid).config.get()["cores"], 2)
        with refused(ResourceException) as raised:
            node.qemu(vmid).config.put(cores=3, digest=config["digest"])
        same((raised[0].status_code, raised[0].content), (500, "checksum mismatch (file change by other user?)"))
        finished(node.qemu(vmid).config.post(memory=768, delete="description"))
        assert "description" not in node.qemu(vmid).config.get()
    with step("its disk grows"):
        finished(node.qemu(vmid).resize.put(disk="scsi0", size="+1G"))
        assert node.qemu(vmid).config.get()["scsi0"].endswith("size=3G")
    with step("it is started, changed while it runs, and stopped"):
        finished(node.qemu(vmid).status.start.post())
        same(node.qemu(vmid).status.current.get()["status"], "running")
        node.qemu(vmid).config.put(memory=1024)
        assert any(row["key"] == "memory" and "pending" in row for row in node.qemu(vmid).pending.get())
        finished(node.qemu(vmid).status.stop.post())
        same(node.qemu(vmid).status.current.get()["status"], "stopped")
    with step("a snapshot is taken, gone back to, and taken away"):
        finished(node.qemu(vmid).snapshot.post(snapname="before", description="the old state"))
        same([row["name"] for row in node.qemu(vmid).snapshot.get()], ["before", "current"])
        node.qemu(vmid).config.put(cores=1)
        finished(node.qemu(vmid).snapshot("before").rollback.post())
        same(node.qemu(vmid).config.get()["cores"], 2)
        finished(node.qemu(vmid).snapshot("before").delete())
    with step("it is cloned, and the clone is known at its task"):
        clone = int(pve.cluster.nextid.get())
        upid = node.qemu(vmid).clone.post(newid=clone, name="stranger-2", full=1)
        finished(upid)
        same(Tasks.decode_upid(upid)["type"], "qmclone")
        assert Tasks.decode_log(node.tasks(upid).log.get(limit=0)).endswith("TASK OK")
        same(node.qemu(clone).config.get()["name"], "stranger-2")
        finished(node.qemu(clone).delete(purge=1))
    with step("it is destroyed"):
        finished(node.qemu(vmid).delete())
        assert vmid not in [row["vmid"] for row in pve.cluster.resources.get(type="vm")]


def container():
    vmid = int(pve.cluster.nextid.get())
    with step("a container is made, started, changed, shut down and destroyed"):
        finished(node.lxc.create(vmid=vmid, hostname="stranger-ct", ostemplate="local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", rootfs="disks:2", memory=256, swap=0, unprivileged=1, net0="name=eth0,bridge=vmbr0,ip=dhcp", password="a stranger's own"))
        assert "password" not in node.lxc(vmid).config.get()
        finished(node.lxc(vmid).status.start.post())
        node.lxc(vmid).config.put(memory=512)
        same(node.lxc(vmid).config.get()["memory"], 512)
        finished(node.lxc(vmid).status.shutdown.post(timeout=5))
        same(node.lxc(vmid).status.current.get()["status"], "stopped")
        finished(node.lxc(vmid).snapshot.post(snapname="one"))
        finished(node.lxc(vmid).snapshot("one").delete())
        finished(node.lxc(vmid).delete(purge=1))


def refusals():
    with step("what is refused arrives with status, reason and errors"):
        with refused(ResourceException) as raised:
            node.qemu.create(vmid=99, name="no_name", cores=0)
        same(raised[0].status_code, 400)
        assert {"vmid", "name", "cores"} <= set(raised[0].errors), raised[0].errors
        with refused(ResourceException) as raised:
            node.qemu(987).config.get()
        same((raised[0].status_code, raised[0].content), (500, "Configuration file 'nodes/pve1/qemu-server/987.conf' does not exist"))
        with refused(ResourceException) as raised:
            node.nosuch.get()
        same(raised[0].status_code, 501)
        with refused(ResourceException) as raised:
            ProxmoxAPI(host, port=port, user=user, token_name=token_name, token_value="wrong", verify_ssl=os.environ["PVE_CA"]).nodes.get()
        same(raised[0].status_code, 401)
        with refused(ResourceException) as raised:
            node.lxc(200).status.stop.post()
        same((raised[0].status_code, raised[0].content), (500, "CT 200 not running"))
        assert done(node.qemu(987).status.start.post())["exitstatus"] != "OK", "the task of a missing guest fails"
        with refused(requests.exceptions.SSLError):
            ProxmoxAPI(host, port=port, user=user, token_name=token_name, token_value="unsaid", verify_ssl=True).nodes.get()


def people_and_rights():
    person, password = "stranger@pve", "a stranger's own"
    connected = {"port": port, "verify_ssl": os.environ["PVE_CA"], "timeout": 20}
    with step("a person with a password gets a ticket, sees what was granted, and writes there alone"):
        pve.access.users.create(userid=person, password=password, comment="strange")
        pve.access.acl.put(path="/vms/100", roles="PVEVMAdmin", users=person)
        signed_in = ProxmoxAPI(host, user=person, password=password, **connected)
        ticket, forgery_token = signed_in.get_tokens()
        assert ticket.startswith(f"PVE:{person}:") and forgery_token, "a ticket and its token"
        same([row["vmid"] for row in signed_in.cluster.resources.get(type="vm")], [100])
        signed_in.nodes("pve1").qemu(100).config.put(onboot=1)
        same(node.qemu(100).config.get()["onboot"], 1)
        with refused(ResourceException) as raised:
            signed_in.nodes("pve1").lxc(200).config.put(onboot=1)
        same((raised[0].status_code, raised[0].content.split(",")[0]), (403, "Permission check failed (/vms/200"))
        with refused(AuthenticationError):
            ProxmoxAPI(host, user=person, password="another's", **connected)
    with step("a token of a person has the person's rights only where they are granted twice"):
        made = pve.access.users(person).token("mine").create(privsep=1)
        same(made["full-tokenid"], f"{person}!mine")
        with_token = ProxmoxAPI(host, user=person, token_name="mine", token_value=made["value"], **connected)
        same(with_token.cluster.resources.get(type="vm"), [])
        pve.access.acl.put(path="/vms/100", roles="PVEAuditor", tokens=f"{person}!mine")
        same([row["vmid"] for row in with_token.cluster.resources.get(type="vm")], [100])
        with refused(ResourceException) as raised:
            with_token.nodes("pve1").qemu(100).config.put(onboot=0)
        same(raised[0].status_code, 403)
    with step("they are taken away again"):
        pve.access.acl.put(path="/vms/100", roles="PVEVMAdmin", users=person, delete=1)
        token = pve.access.users(person).token("mine")
        token.put(comment="to go", expire=0)
        same(token.get(), {"comment": "to go", "expire": 0, "privsep": 1})
        token.delete()
        with refused(ResourceException) as raised:
            token.get()
        same((raised[0].status_code, raised[0].content), (500, f"no such token 'mine' for user '{person}'"))
        pve.access.users(person).delete()
        assert person not in [row["userid"] for row in pve.access.users.get()]


def backups_and_moves():
    with step("a backup is made, listed and thrown away; a guest moves to another node and becomes a template with a linked clone"):
        finished(node.vzdump.post(vmid=100, storage="local", mode="stop"))
        volume = node.storage("local").content.get(content="backup")[0]["volid"]
        assert volume.startswith("local:backup/vzdump-qemu-100-"), volume
        finished(node.storage("local").content(volume).delete())
        same(node.storage("local").content.get(content="backup"), [])
        pve.cluster.ha.resources.post(sid="vm:100")
        same([row["sid"] for row in pve.cluster.ha.resources.get()], ["vm:100"])
        pve.cluster.ha.resources("vm:100").delete()
        finished(node.qemu(100).migrate.post(target="pve2"))
        same([(row["vmid"], row["node"]) for row in pve.cluster.resources.get(type="vm")], [(100, "pve2"), (200, "pve1")])
        there = pve.nodes("pve2")
        finished(there.qemu(100).template.post())
        finished(there.qemu(100).clone.post(newid=300))
        finished(there.qemu(300).config.post(ide2="disks:cloudinit", ciuser="stranger", ipconfig0="ip=dhcp"))
        assert "user: stranger" in there.qemu(300).cloudinit.dump.get(type="user")
        finished(there.qemu(300).delete())


def pools():
    with step("a pool is made, filled, emptied and deleted"):
        pve.pools.create(poolid="strangers", comment="of a stranger")
        pve.pools("strangers").put(vms="200", **{"allow-move": 1})
        same([member["vmid"] for member in pve.pools("strangers").get()["members"]], [200])
        pve.pools("strangers").put(vms="200", delete=1)
        pve.pools("strangers").delete()
        assert "strangers" not in [row["poolid"] for row in pve.pools.get()]


look_around()
virtual_machine()
container()
refusals()
people_and_rights()
pools()
backups_and_moves()
