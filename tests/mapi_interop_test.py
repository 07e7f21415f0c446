#!/usr/bin/python3
"""Programs that nobody here wrote call a live world by RPC: Samba's rpcclient and its Python bindings
ask the endpoint mapper and the management interface, impacket the mapper and the address book, by
password and by tickets of kinit's, and tshark reads the capture.
usage: mapi_interop_test.py [CASE...]"""
import datetime
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kerberos_judges import KRB5_CONF, free_port  # noqa: E402
from live import CASES, PROGRAM, Live, run_cases, same_again  # noqa: E402
from rpc_judges import SAMBA as LOG_IN, with_impacket  # noqa: E402

EXPOSED = ["mail:135=127.0.0.1:0", "mail:59532=127.0.0.1:0", "mail:59533=127.0.0.1:0"]
STORE = "a4f1db00-ca47-1067-b31f-00dd010662da"
SERVICES = "367abb81-9844-35f1-ad32-98f038001003"
NSPI = "f5cc5a18-4264-101a-8c59-08002b2f8426"


def run(*words, timeout=60, typed=""):
    ran = subprocess.run(words, input=typed, capture_output=True, text=True, timeout=timeout,
                         check=False)
    return ran.returncode, ran.stdout + ran.stderr


def judged(path, *protocols, options=()):
    """tshark finds nothing malformed and no error in a capture; how many packets of each it has."""
    def count(display_filter):
        return len(subprocess.run(["tshark", "-2", "-n", *options, "-r", path, "-Y", display_filter],
                                  capture_output=True, text=True, check=True).stdout.splitlines())
    assert count("_ws.malformed || _ws.expert.severity >= 0x800000") == 0, path
    return [count(one) for one in protocols]


def capture(world, protocol, *options):
    """The journal's run as a capture, which tshark must find sound; gives its packets of a protocol."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.pcapng")
        code, said = run(PROGRAM, "run", world.scenario, "--seed", str(world.seed), "--journal",
                         world.journal, "--pcap", path, timeout=300)
        assert code == 0, said

        return judged(path, protocol, options=options)[0]


def rpcclient():
    """rpcclient lists the mapper's endpoints and finds one by its UUID"""
    # It asks the mapper at its own port and no other: so all this has a network of its own.
    if "--at-135" not in sys.argv:
        code, said = run("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$0" "$@"',
                         sys.executable, __file__, "rpcclient", "--at-135", timeout=300)
        assert code == 0, said
        return
    with Live("mapi", ["mail:135=127.0.0.1:135", *EXPOSED[1:]]) as world:
        code, said = run("rpcclient", "ncacn_ip_tcp:127.0.0.1", "-U%", "-c", "epmlookup")
        assert code == 0, said
        assert f"59532,abstract_syntax={STORE}" in said, said
        assert f"59533,abstract_syntax={NSPI}" in said and SERVICES in said, said
        code, said = run("rpcclient", "ncacn_ip_tcp:127.0.0.1", "-U%", "-c", "epmmap")
        # It asks for a named pipe of lsarpc: that is registered here, and reached by TCP alone.
        assert "0x16C9A0D6" in said, said
        same_again(world)
        assert capture(world, "epm") > 4


def samba_bindings():
    """Samba's Python bindings list endpoints one by one and ask the management interface"""
    # They belong to the system's Python, which this may not be.
    with Live("mapi", EXPOSED) as world:
        code, said = run("/usr/bin/python3", "-c", SAMBA, str(world.port["mail:135"]),
                         str(world.port["mail:59532"]))
        assert code == 0, said
        assert f"endpoint {STORE} 59532" in said, said
        assert f"interface {STORE}" in said, said
        assert "listens (0, 1)" in said, said
        same_again(world)
        assert capture(world, "mgmt") == 4


SAMBA = """
import sys, uuid
from samba.credentials import Credentials
from samba.dcerpc import epmapper, mgmt, misc
from samba.param import LoadParm
settings, anybody = LoadParm(), Credentials()
anybody.set_anonymous()
mapper = epmapper.epmapper(f"ncacn_ip_tcp:127.0.0.1[{sys.argv[1]}]", settings, anybody)
handle = misc.policy_handle()
while True:
    handle, entries, result = mapper.epm_Lookup(0, None, None, 1, handle, 3)
    for entry in entries:
        floors = entry.tower.tower.floors
        print("endpoint", uuid.UUID(bytes_le=floors[0].lhs.lhs_data[:16]), floors[3].rhs.port)
    if result != 0 or handle.uuid == misc.GUID("00000000-0000-0000-0000-000000000000"):
        break
print("ended with", hex(result))
management = mgmt.mgmt(f"ncacn_ip_tcp:127.0.0.1[{sys.argv[2]}]", settings, anybody)
for one in management.inq_if_ids().if_id:
    print("interface", one.id.uuid)
print("listens", management.is_server_listening())
"""


def impacket():
    """impacket maps the store, binds to the address book by NTLM with privacy, and resolves names"""
    from impacket.dcerpc.v5 import epm, nspi, transport
    from impacket.uuid import uuidtup_to_bin
    with Live("mapi", EXPOSED) as world:
        def connect(where, level=None):
            there = transport.DCERPCTransportFactory(
                f"ncacn_ip_tcp:127.0.0.1[{world.port[where]}]")
            there.set_credentials("alice", "secret-alice", "EXAMPLE")
            dce = there.get_dce_rpc()
            if level is not None:
                dce.set_auth_level(level)
            dce.connect()
            return dce
        binding = epm.hept_map("127.0.0.1", uuidtup_to_bin((STORE, "0.81")), protocol="ncacn_ip_tcp",
                               dce=connect("mail:135"))
        assert binding == "ncacn_ip_tcp:127.0.0.1[59532]", binding
        entries = epm.hept_lookup(None, dce=connect("mail:135"))
        bindings = [epm.PrintStringBinding(one["tower"]["Floors"]) for one in entries]
        assert any("[59533]" in one for one in bindings), bindings
        dce = connect("mail:59533", 6)
        dce.bind(nspi.MSRPC_UUID_NSPI)
        handle = nspi.hNspiBind(dce)["contextHandle"]
        rows = nspi.simplifyPropertyRowSet(nspi.hNspiQueryRows(
            dce, handle, Count=10, pPropTags=[0x3001001f, 0x39fe001f])["ppRows"])
        names = [row[0x3001001f].rstrip("\0") for row in rows]
        assert names == ["Alice Liddell", "Bob Dodgson"], names
        nspi.hNspiUnbind(dce, handle)
        dce.disconnect()
        same_again(world)
        assert capture(world, "dcerpc.auth_level == 6") > 6


def mail_programs():
    """tshark reads a mail program's morning by RPC, at each level of protection"""
    with open(os.path.join(CASES, "mapi", "scenario.toml"), encoding="utf-8") as file:
        office = file.read()
    for level in ("none", "connect", "integrity", "privacy"):
        with tempfile.TemporaryDirectory() as folder:
            scenario, path = (os.path.join(folder, name) for name in ("one.toml", "one.pcapng"))
            with open(scenario, "w", encoding="utf-8") as file:
                file.write(office.replace("[people.alice]", f"""[people.alice]
fetch.protocol = "mapi"
fetch.protection = "{level}\"""").replace("mapi.store_port", "mapi.anonymous = true\nmapi.store_port")
                           + """
[[timeline]]
send = { from = "alice", to = "bob", subject = "by RPC", padding = "64 KiB" }
[[timeline]]
at = "+1m"
fetch = "alice"
""")
            code, said = run(PROGRAM, "run", scenario, "--pcap", path, timeout=300)
            assert code == 0 and "1 delivered" in said, said
            epm, mapi, nspi = judged(path, "epm", "mapi", "nspi")
            assert epm >= 8 and nspi >= 8 and mapi >= 20, (level, epm, mapi, nspi)


def tickets():
    """kinit's tickets open a live address book to impacket, and Samba's bindings bind by Kerberos"""
    from impacket.dcerpc.v5 import nspi, transport
    from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_GSS_NEGOTIATE
    port, now = free_port(), datetime.datetime.now(datetime.timezone.utc)
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(folder, "scenario.toml")
        with open(os.path.join(CASES, "mapi/scenario.toml"), encoding="utf-8") as file:
            text = file.read().replace("postroad = 1\n", "postroad = 1\n"
                                       f"start = {now:%Y-%m-%dT%H:%M:%SZ}\n", 1)
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(text + '\n[hosts."kdc.example.org"]\nservices = ["kdc"]\n')
        with open(os.path.join(folder, "krb5.conf"), "w", encoding="ascii") as file:
            file.write(KRB5_CONF.format(port=port, limit=1400, more=""))
        os.environ.update(KRB5_CONFIG=os.path.join(folder, "krb5.conf"),
                          KRB5CCNAME=os.path.join(folder, "cache"))
        keytab = os.path.join(folder, "keytab")
        code, said = run(PROGRAM, "show", scenario, "--keytab", keytab)
        assert code == 0, said
        with Live(scenario, [f"kdc.example.org:88=127.0.0.1:{port}", *EXPOSED]) as world:
            for words in (["kinit", "alice"], ["kvno", "host/mail.example.org"]):
                code, said = run(*words, typed="secret-alice\n")
                assert code == 0, said
            there = transport.DCERPCTransportFactory(
                f"ncacn_ip_tcp:127.0.0.1[{world.port['mail:59533']}]")
            there.set_credentials("alice", "", "EXAMPLE.ORG")
            there.set_kerberos(True, "127.0.0.1")
            there.setRemoteName("mail.example.org")
            dce = there.get_dce_rpc()
            dce.set_auth_type(RPC_C_AUTHN_GSS_NEGOTIATE)
            dce.set_auth_level(6)
            dce.connect()
            dce.bind(nspi.MSRPC_UUID_NSPI)
            handle = nspi.hNspiBind(dce)["contextHandle"]
            rows = nspi.simplifyPropertyRowSet(nspi.hNspiQueryRows(
                dce, handle, Count=10, pPropTags=[0x3001001f])["ppRows"])
            assert [row[0x3001001f].rstrip("\0") for row in rows] == [
                "Alice Liddell", "Bob Dodgson"], rows
            nspi.hNspiUnbind(dce, handle)
            dce.disconnect()
            program = LOG_IN.replace("host/mail.example.org", "exchangeMDB/mail.example.org")
            for options in ("krb5,seal", "ticket,sign", "spnego,seal"):
                code, said = run("/usr/bin/python3", "-c", program, str(world.port["mail:59532"]),
                                 options, "secret-alice")
                assert code == 0 and "(0, 1)" in said, (options, said)
            same_again(world)
            # With the keys tshark reads what was sealed: its stubs are those of the interfaces.
            options = ["-o", "kerberos.decrypt:TRUE", "-o", f"kerberos.file:{keytab}"]
            assert capture(world, "spnego", *options) > 6
            assert capture(world, "dcerpc.encrypted_stub_data", *options) > 4
            assert capture(world, "mgmt", *options) > 6


if __name__ == "__main__":
    try:
        import impacket as _  # noqa: F401
    except ImportError:
        with_impacket(__file__)
    sys.exit(run_cases([rpcclient, samba_bindings, impacket, mail_programs, tickets], sys.argv[1:]))
