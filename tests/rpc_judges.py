#!/usr/bin/python3
"""Programs that nobody here wrote judge RPC's machines: impacket calls our server and is called by our
client, Samba's bindings log in by each provider, its ndrdump reads our stubs and writes them again,
tshark reads what passed. usage: rpc_judges.py [CASE...]"""
import contextlib
import glob
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from kerberos_judges import KRB5_CONF

PEER = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", "build/release"), "rpc_peer")
PACKAGES = os.path.join("build", "judges")
IMPACKET = "impacket==0.13.1"
STORE = ("a4f1db00-ca47-1067-b31f-00dd010662da", "0.81")
ECHO = ("60a15ec5-4de8-11d7-a637-005056a20182", "1.0")


def with_impacket(program):
    """That program again, by a Python that has impacket; the environment is made once."""
    python = os.path.join(PACKAGES, "bin", "python3")
    made = os.path.join(PACKAGES, "made")
    if not os.path.exists(made):
        subprocess.run([sys.executable, "-m", "venv", "--clear", PACKAGES], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", IMPACKET], check=True)
        with open(made, "w", encoding="ascii") as file:
            file.write(IMPACKET)
    os.execv(python, [python, os.path.abspath(program), *sys.argv[1:]])


class Recorder:
    """Passes one connection after another on to a port, and keeps what was said."""

    def __init__(self, port):
        self.port = port
        self.said = []  # (connection, from the client?, octets), in order
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()[1]
        self.connections = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                self.connections += 1
                for here, there, ours in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self.copy, daemon=True,
                                     args=(self.connections, here, there, ours)).start()

    def copy(self, connection, here, there, from_client):
        with contextlib.suppress(OSError):
            while octets := here.recv(65536):
                with self.lock:
                    self.said.append((connection, from_client, octets))
                    there.sendall(octets)
            there.shutdown(socket.SHUT_WR)

    def capture(self, path):
        """What passed as packets of TCP at port 135, for tshark."""
        sequences = {}
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
            for connection, from_client, octets in self.said:
                for at in range(0, len(octets), 1400):
                    piece = octets[at:at + 1400]
                    self.packet(file, sequences, connection, from_client, piece)

    @staticmethod
    def packet(file, sequences, connection, from_client, octets):
        mine = sequences.get((connection, from_client), 1)
        theirs = sequences.get((connection, not from_client), 1)
        sequences[connection, from_client] = mine + len(octets)
        ports = (50000 + connection, 135) if from_client else (135, 50000 + connection)
        hosts = (b"\x0a\0\0\1", b"\x0a\0\0\2") if from_client else (b"\x0a\0\0\2", b"\x0a\0\0\1")
        tcp = struct.pack(">HHIIBBHHH", *ports, mine, theirs, 0x50, 0x18, 65535, 0, 0)
        size = 20 + len(tcp) + len(octets)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, *hosts)
        file.write(struct.pack("<IIII", 0, 0, size, size) + ip + tcp + octets)


class Server:
    """Our server's machine on a port, with somebody who listens in."""

    def __init__(self):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([PEER, "serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.recorder = Recorder(int(self.process.stdout.readline()))
        self.kdc = int(self.process.stdout.readline())
        self.log = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.log = self.process.stdout.read().split("\n")
        assert self.process.wait(30) == 0, "the server's machine did not end well"

    @contextlib.contextmanager
    def realm(self):
        """What programs must be told to find our KDC; gives the environment that says so."""
        with tempfile.TemporaryDirectory() as folder:
            env = {"KRB5_CONFIG": os.path.join(folder, "krb5.conf"),
                   "KRB5CCNAME": os.path.join(folder, "cache")}
            # For MIT's library the limit makes it TCP, for Heimdal's the word before the address.
            for path, address in (("krb5.conf", "127.0.0.1"), ("heimdal.conf", "tcp/127.0.0.1")):
                with open(os.path.join(folder, path), "w", encoding="ascii") as file:
                    file.write(KRB5_CONF.replace("127.0.0.1", address).format(
                        port=self.kdc, limit=1, more="kdc_timeout = 60"))
            yield env

    def connect(self, level=None, user="alice", password="secret-alice", fragment=None):
        from impacket.dcerpc.v5 import transport
        there = transport.DCERPCTransportFactory(
            f"ncacn_ip_tcp:127.0.0.1[{self.recorder.address}]")
        there.set_credentials(user, password, "EXAMPLE")
        dce = there.get_dce_rpc()
        if level is not None:
            dce.set_auth_level(level)
        if fragment:
            dce.set_max_fragment_size(fragment)
        dce.connect()
        return dce


def judge_capture(server, expect):
    """tshark finds no malformed packet, no error, and so many packets of each type."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rpc.pcap")
        server.recorder.capture(path)

        def lines(display_filter, *fields):
            more = [word for field in fields for word in ("-e", field)]
            return subprocess.run(["tshark", "-2", "-n", "-r", path, "-Y", display_filter,
                                   *(["-T", "fields", *more] if fields else [])],
                                  capture_output=True, text=True, check=True).stdout.splitlines()
        bad = lines("_ws.malformed || _ws.expert.severity >= 0x800000")
        assert not bad, f"tshark: {bad[0]}"
        seen = [one for line in lines("dcerpc", "dcerpc.pkt_type") for one in line.split(",")]
        for kind, least in expect.items():
            assert seen.count(str(kind)) >= least, f"packets of type {kind}: {seen.count(str(kind))}"
        return lines("epm", "epm.opnum")


def call(dce, operation, stub):
    dce.call(operation, stub)
    return dce.recv()


def case_mapper():
    """impacket finds the store's port, lists every endpoint, and asks whom it talks to."""
    from impacket.dcerpc.v5 import epm, mgmt
    from impacket.uuid import uuidtup_to_bin
    with Server() as server:
        dce = server.connect()
        binding = epm.hept_map("127.0.0.1", uuidtup_to_bin(STORE), protocol="ncacn_ip_tcp", dce=dce)
        assert binding == "ncacn_ip_tcp:127.0.0.1[49153]", binding
        dce = server.connect()
        entries = epm.hept_lookup(None, dce=dce)
        bindings = [epm.PrintStringBinding(one["tower"]["Floors"]) for one in entries]
        assert "ncacn_ip_tcp:192.0.2.1[49153]" in bindings, bindings
        assert len(bindings) > 30, len(bindings)
        dce = server.connect()
        dce.bind(mgmt.MSRPC_UUID_MGMT)
        ids = mgmt.hinq_if_ids(dce)["if_id_vector"]
        assert ids["count"] == 5, ids["count"]
        assert mgmt.his_server_listening(dce)["status"] == 0
    assert judge_capture(server, {11: 3, 12: 3, 0: 4, 2: 4})


def case_levels():
    """impacket logs in by NTLM at the levels it has; small fragments and large ones go both ways."""
    from impacket.uuid import uuidtup_to_bin
    for level, word in ((2, "connect"), (5, "integrity"), (6, "privacy")):
        for fragment in (None, 200):
            with Server() as server:
                dce = server.connect(level, fragment=fragment)
                dce.bind(uuidtup_to_bin(ECHO))
                assert call(dce, 3, b"who?") == f"alice/{word}".encode(), word
                large = bytes(i % 251 for i in range(10_000))
                assert call(dce, 0, large) == large
                assert call(dce, 4, b"much") == b"x" * 100_000
                assert call(dce, 1, b"abc") == b"cba"
                dce.disconnect()
            judge_capture(server, {11: 1, 12: 1, 16: 1, 0: 4, 2: 4})


def case_tickets():
    """impacket negotiates Kerberos with a ticket that MIT's kinit and kvno have got from our KDC."""
    from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_GSS_NEGOTIATE
    from impacket.dcerpc.v5 import transport
    from impacket.uuid import uuidtup_to_bin
    for level, word in ((2, "connect"), (5, "integrity"), (6, "privacy")):
        with Server() as server, server.realm() as env:
            os.environ.update(env)  # where impacket looks for tickets
            for words, typed in ((["kinit", "alice"], "secret-alice\n"),
                                 (["kvno", "host/mail.example.org"], "")):
                subprocess.run(words, input=typed, text=True, check=True, capture_output=True)
            there = transport.DCERPCTransportFactory(
                f"ncacn_ip_tcp:127.0.0.1[{server.recorder.address}]")
            there.set_credentials("alice", "", "EXAMPLE.ORG")
            there.set_kerberos(True, "127.0.0.1")
            there.setRemoteName("mail.example.org")
            dce = there.get_dce_rpc()
            dce.set_auth_type(RPC_C_AUTHN_GSS_NEGOTIATE)
            dce.set_auth_level(level)
            dce.connect()
            dce.bind(uuidtup_to_bin(ECHO))
            assert call(dce, 3, b"who?") == f"alice/{word}".encode(), word
            large = bytes(i % 251 for i in range(10_000))
            assert call(dce, 0, large) == large
            assert call(dce, 4, b"much") == b"x" * 100_000
            assert call(dce, 1, b"abc") == b"cba"
            dce.disconnect()
        judge_capture(server, {11: 1, 12: 1, 14: 1, 15: 1, 0: 4, 2: 4})


SAMBA = """
import sys
from samba.credentials import Credentials, DONT_USE_KERBEROS, MUST_USE_KERBEROS
from samba.dcerpc import mgmt
from samba.param import LoadParm
port, options, password = sys.argv[1:]
settings, alice = LoadParm(), Credentials()
settings.set("realm", "EXAMPLE.ORG")
alice.guess(settings)
alice.set_username("alice")
alice.set_password(password)
alice.set_realm("EXAMPLE.ORG")
alice.set_domain("EXAMPLE")
by_ticket = "krb5" in options or "ticket" in options
alice.set_kerberos_state(MUST_USE_KERBEROS if by_ticket else DONT_USE_KERBEROS)
options = options.replace("ticket", "spnego")
server = mgmt.mgmt(f"ncacn_ip_tcp:127.0.0.1[{port},{options},target_hostname=mail.example.org,"
                   "target_principal=host/mail.example.org]", settings, alice)
print(len(server.inq_if_ids().if_id), server.is_server_listening())
"""


def case_samba():
    """Samba's bindings log in by each provider at each level, and get nothing by a wrong password."""
    # They belong to the system's Python, which this may not be.
    def ask(server, options, password="secret-alice"):
        with server.realm() as env:
            more = {"KRB5_CONFIG": env["KRB5_CONFIG"].replace("krb5.conf", "heimdal.conf")}
            return subprocess.run(["/usr/bin/python3", "-c", SAMBA, str(server.recorder.address),
                                   options, password], env={**os.environ, **env, **more},
                                  capture_output=True, text=True, check=False, timeout=120)
    for provider in ("krb5", "ticket", "spnego", "ntlm"):
        for level in ("connect", "sign", "seal"):
            options = f"{provider},{level}"
            with Server() as server:
                ran = ask(server, options)
                assert ran.returncode == 0 and "(0, 1)" in ran.stdout, (options, ran.stderr[-1500:])
            by_ntlm = provider == "ntlm"
            judge_capture(server, {11: 1, 12: 1, 0: 2, 2: 2, 16: 1 if by_ntlm else 0,
                                   14: 1 if provider in ("ticket", "spnego") else 0})
    with Server() as server:
        ran = ask(server, "spnego,seal", "guessed")
        assert ran.returncode != 0 and "LOGON_FAILURE" in ran.stderr, ran.stderr[-1500:]


def case_refusals():
    """What impacket makes of a wrong password, an unknown interface and an operation too many."""
    from impacket.dcerpc.v5.rpcrt import DCERPCException
    from impacket.uuid import uuidtup_to_bin

    def refused(action):
        try:
            action()
        except DCERPCException as error:
            return str(error)
        raise AssertionError("it was not refused")
    with Server() as server:
        dce = server.connect(5, password="guessed")
        dce.bind(uuidtup_to_bin(ECHO))
        assert "access_denied" in refused(lambda: call(dce, 0, b"hello"))
        dce = server.connect()
        assert "abstract_syntax_not_supported" in refused(
            lambda: dce.bind(uuidtup_to_bin(("00000000-0000-0000-0000-000000000001", "1.0"))))
        dce = server.connect()
        dce.bind(uuidtup_to_bin(ECHO))
        assert "nca_s_op_rng_error" in refused(lambda: call(dce, 99, b""))
        dce = server.connect()
        assert "transfer_syntaxes_not_supported" in refused(
            lambda: dce.bind(uuidtup_to_bin(ECHO), transfer_syntax=(
                "71710533-beba-4937-8319-b5dbef9ccc36", "1.0")))
    judge_capture(server, {11: 4, 3: 2})


def case_client():
    """Our client binds to impacket's server and to ours, and gets its answers."""
    from impacket.dcerpc.v5.rpcrt import DCERPCServer
    from impacket.uuid import uuidtup_to_bin

    theirs = DCERPCServer()
    theirs.addCallbacks(ECHO, "135", {0: lambda data: data})
    theirs.setListenPort(0)
    theirs.daemon = True
    theirs.start()
    assert uuidtup_to_bin(ECHO)
    while theirs.getListenPort() == 0:
        theirs.join(0.01)
    with Server() as ours:
        for port, level in ((theirs.getListenPort(), "none"), (ours.recorder.address, "privacy")):
            told = subprocess.run([PEER, "call", str(port), level], capture_output=True, text=True,
                                  check=True, timeout=60).stdout.split("\n")
            assert told[0] == "answer 5 hello", told
            if level != "none":  # theirs puts no fragments together
                assert told[1].startswith("answer 20000 yyy"), told


def case_directory():
    """impacket binds to the address book, pages through it, resolves names; the referral answers."""
    from impacket.dcerpc.v5 import nspi, oxabref
    with Server() as server:
        dce = server.connect(6)
        dce.bind(nspi.MSRPC_UUID_NSPI)
        handle = nspi.hNspiBind(dce)["contextHandle"]
        rows = nspi.hNspiQueryRows(dce, handle, Count=3, pPropTags=[0x3001001f, 0x39fe001f,
                                                                    0x3a00001f, 0x0fff0102])
        assert rows["pStat"]["CurrentRec"] == 20, rows["pStat"]["CurrentRec"]
        found = nspi.simplifyPropertyRowSet(rows["ppRows"])
        assert [row[0x3001001f].rstrip("\0") for row in found] == ["Alice Adams", "Bob Brown", "Bobby Burns"]
        assert found[0][0x39fe001f].rstrip("\0") == "alice@example.org", found[0]
        mids = nspi.hNspiDNToMId(dce, handle, [
            "/o=Example/ou=Exchange/cn=Recipients/cn=bob", "/o=Nowhere"])
        assert [one["Data"] for one in mids["ppOutMIds"]["aulPropTag"]] == [18, 0]
        named = nspi.hNspiResolveNamesW(dce, handle, paStr=["alice", "b", "nobody", "carol"],
                                        pPropTags=[0x3001001f])
        assert [one["Data"] for one in named["ppMIds"]["aulPropTag"]] == [2, 1, 0, 2]
        nspi.hNspiUnbind(dce, handle)
        dce = server.connect(6)
        dce.bind(oxabref.MSRPC_UUID_OXABREF)
        answer = oxabref.hRfrGetNewDSA(dce, "/o=Example/cn=alice")
        assert answer["ppszServer"] == "mail.example.org", answer["ppszServer"]
        answer = oxabref.hRfrGetFQDNFromServerDN(dce, "/o=Example/cn=Servers/cn=MAIL")
        assert answer["ppszServerFQDN"] == "mail.example.org"
    judge_capture(server, {11: 2, 12: 2, 0: 6, 2: 6})
    with Server() as server:  # in clear, so that tshark reads what is in it
        dce = server.connect()
        dce.bind(nspi.MSRPC_UUID_NSPI)
        handle = nspi.hNspiBind(dce)["contextHandle"]
        nspi.hNspiQueryRows(dce, handle, Count=50, pPropTags=[0x3001001f, 0x0fff0102])
        nspi.hNspiResolveNamesW(dce, handle, paStr=["alice"], pPropTags=[0x3001001f, 0x0fff0102])
        nspi.hNspiUnbind(dce, handle)
    judge_capture(server, {11: 1, 12: 1, 0: 4, 2: 4})


def case_stubs():
    """ndrdump reads every example of a stub and writes the same octets again."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PEER, "stubs", folder], check=True)
        known = 0
        for path in sorted(glob.glob(os.path.join(folder, "*.in")) +
                           glob.glob(os.path.join(folder, "*.out"))):
            interface, function, way = os.path.basename(path).split(".")
            if interface not in ("epmapper", "mgmt"):
                continue
            context = path[:-len(way)] + "in"
            asked = ["-c", context] if way == "out" and os.path.exists(context) else []
            ran = subprocess.run(["ndrdump", "--validate", *asked, interface, function, way, path],
                                 capture_output=True, text=True, check=False)
            told = ran.stdout + ran.stderr
            assert "dump OK" in told and "WARNING" not in told, f"{path}: {told[-2000:]}"
            known += 1
        assert known >= 10, known


def main():
    for program in ("ndrdump", "tshark"):
        assert shutil.which(program), f"{program} is missing: ./postroad test installs it"
    cases = {name[5:]: case for name, case in globals().items() if name.startswith("case_")}
    for name in sys.argv[1:] or cases:
        cases[name]()
        print(f"{name}: good")


if __name__ == "__main__":
    try:
        import impacket  # noqa: F401
    except ImportError:
        with_impacket(__file__)
    main()
