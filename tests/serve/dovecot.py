"""A real Dovecot on loopback, with Maildirs, TLS and a certificate made for it; it lives as long as the tests."""

import atexit
import imaplib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from salver.data.mailbox import Mailbox, Server

_MORE = itertools.count(10)
_STARTED: list[tuple[subprocess.Popen[bytes], Path]] = []
PASSWORD = "geheim"
USERS = ("service", "billing", "full", "plain", "old")
WHERE = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
instance_name = {folder}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
mail_fsync = never
maildir_very_dirty_syncs = no
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
auth_verbose = yes
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
  mail_max_userip_connections = 100
  imap_capability = {capability}
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=1G
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  client_limit = 1
  process_limit = 200
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


def missing() -> str:
    """Why there is no Dovecot here, or nothing."""
    if WHERE is None:
        return "Dovecot is not installed: apt-get install dovecot-imapd"
    if not shutil.which("openssl"):
        return "openssl is not installed: apt-get install openssl"
    version = subprocess.run([WHERE, "--version"], capture_output=True, text=True, check=False).stdout
    return "" if version.startswith("2.3.") else f"the tests know Dovecot 2.3, and this is {version.split()[0:1]}"


@dataclass(kw_only=True)
class Dovecot:
    """A running server: where it is, and what its tests ask of it."""

    folder: Path
    imap: int
    imaps: int
    process: subprocess.Popen[bytes]
    made: list[str] = field(default_factory=list)

    @property
    def ca_file(self) -> str:
        return str(self.folder / "ca.pem")

    def server(self, user: str = "service", **more) -> Server:
        known = {"host": "localhost", "port": self.imaps, "tls": "tls", "user": user, "password": PASSWORD}
        return Server(**known | {"ca_file": self.ca_file, "timeout_s": 10} | more)

    def mailbox(self, user: str = "service", **more) -> Mailbox:
        known = {"name": user, "address": f"{user}@elmtalwerke.example", "imap": self.server(user)}
        return Mailbox(**known | more)

    def empty(self, user: str = "service") -> None:
        """A user without a single mail, and with folders that are made anew."""
        shutil.rmtree(self.folder / "mail" / user, ignore_errors=True)

    def renew(self, user: str = "service") -> None:
        """Let the INBOX have another UIDVALIDITY and other UIDs, as after it was restored."""
        box = self.folder / "mail" / user
        for file in box.glob("dovecot.index*"):
            file.unlink()
        (box / "dovecot-uidlist").write_text(f"3 V{int(time.time()) + next(_MORE)} N1\n")

    @contextmanager
    def client(self, user: str = "service") -> Iterator[imaplib.IMAP4]:
        """Another program at the same mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=10)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            client.shutdown()

    def deliver(self, *mails: bytes, user: str = "service", folder: str = "INBOX", at: float | None = None) -> None:
        """Mails that come in, as a mail server would lay them there."""
        with self.client(user) as client:
            for mail in mails:
                kind, said = client.append(folder, None, imaplib.Time2Internaldate(at or time.time()), mail)
                assert kind == "OK", said

    def mails(self, folder: str = "INBOX", user: str = "service") -> list[tuple[bytes, bytes]]:
        """The flags and the bytes of each mail in a folder."""
        with self.client(user) as client:
            kind, said = client.select(folder, readonly=True)
            assert kind == "OK", said
            if said == [b"0"]:
                return []
            _, found = client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
            return [(one[0], one[1]) for one in found if isinstance(one, tuple)]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def certificate(folder: Path, name: str = "server", *, expired: bool = False) -> None:
    """A certificate for localhost, signed by an authority that is made with it: NAME.pem, NAME.key, ca.pem."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    if not (folder / "ca.pem").exists():
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test")
    openssl("req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-out", f"{name}.pem"]
    openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-days", "-1" if expired else "30")


@cache
def start(capability: str = "") -> Dovecot:
    """The server that all tests of a run share, or one that says it can do other things."""
    folder = Path(mkdtemp(prefix="salver-dovecot-"))
    folder.chmod(0o755)
    me = pwd.getpwuid(os.getuid())
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else me
    certificate(folder)
    lines = [f"{user}:{PASSWORD}::::::" for user in USERS]
    lines[USERS.index("full")] += "userdb_quota_rule=*:bytes=6000"
    (folder / "users").write_text("\n".join(lines) + "\n")
    (folder / "mail").mkdir()
    if os.getuid() == 0:
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    known = {"folder": folder, "user": me.pw_name, "group": group, "uid": owner.pw_uid, "gid": owner.pw_gid}
    known |= {"login": me.pw_name}
    if os.getuid() == 0:
        known |= {"user": "dovecot", "group": "dovecot", "login": "dovenull"}
    for _ in range(5):  # somebody else may take a port that was free
        ports = {"imap": _free_port(), "imaps": _free_port()}
        (folder / "dovecot.conf").write_text(CONFIG.format(**known, **ports, capability=capability))
        command = [WHERE, "-F", "-c", str(folder / "dovecot.conf")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _STARTED.append((process, folder))
        found = Dovecot(folder=folder, process=process, **ports)
        if _answers(found):
            return found
    raise RuntimeError((folder / "log").read_text() if (folder / "log").exists() else "Dovecot does not start")


def stop_all() -> None:
    """End every server that a test started."""
    for process, folder in _STARTED:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(server: Dovecot) -> bool:
    """Whether it answers within ten seconds, and not another one at its port."""
    until = time.monotonic() + 10
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.imap), timeout=1) as opened:
                if b"OK" in opened.recv(200):
                    time.sleep(0.1)
                    return server.process.poll() is None
        except OSError:
            time.sleep(0.05)
    return False


atexit.register(stop_all)
