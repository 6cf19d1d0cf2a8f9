"""E-mail: at least once with an id that stays, no names to addresses, a digest of what its reader may read."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest

from enduse.interfaces.monitor.actions import Asked, act
from enduse.interfaces.monitor.digests import send_digests, subscribe
from enduse.interfaces.monitor.mail import Mails, MailServer, SmtpTransport, letter, mail, mail_address, mail_server
from enduse.model.errors import BadInput
from enduse.model.record import By
from monitored import ME, World, names
from smtp_sink import Sink, sink

CUSTOMERS = [("C1", "Norvik Optics LLC"), ("C2", "Halden Marine Shipping")]
LISTED = {1: "NORVIK OPTICS LLC", 2: "HALDEN MARINE SHIPPING CO."}
TO, FROM = "desk@example.org", "enduse@example.com"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2026-03-02")
    world.edition("2026-02-28", LISTED)
    world.register(names(CUSTOMERS))
    return world


def mails(port: int) -> Mails:
    return Mails(MailServer("127.0.0.1", port, "none", FROM))


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def body(message: EmailMessage) -> str:
    return str(message.get_content())


def test_addresses_of_a_watch_are_told_how_many_and_nothing_of_whom(world: World) -> None:
    world.watch(emails=(TO,))
    with sink() as kept:
        world.run(mails=mails(kept.port))
        assert world.run(mails=mails(kept.port)).counts["new alerts"] == 0
    (message,) = kept.taken
    assert (message["To"], message["Subject"]) == (TO, "2 new alerts of the watch main")
    assert message["From"] == f"enduse <{FROM}>"
    assert "2 high" in body(message)
    assert "norvik" not in body(message).lower()


def test_a_dead_server_stops_no_run_and_the_message_comes_later_with_the_same_id(world: World) -> None:
    world.watch(emails=(TO,))
    assert world.run(mails=mails(closed_port())).status == "done"
    with world.store() as store, sink() as kept:
        world.clock.put("2026-03-03")
        (waiting,) = store.outbox.waiting()
        kept.refuse = "451 later"
        assert store.outbox.deliver({"monitor.mail": mails(kept.port)}, others=False) == 0
        kept.refuse = ""
        # Taken, but the process ended before it was marked: it is given again.
        mails(kept.port)(waiting)
        world.clock.put("2026-03-04")
        assert store.outbox.deliver({"monitor.mail": mails(kept.port)}, others=False) == 1
        assert store.outbox.waiting() == []
    first, second = kept.taken
    assert first["Message-ID"] == second["Message-ID"] == f"<{waiting.document['id']}@example.com>"
    assert first["Date"] == second["Date"]


def test_after_a_server_was_found_dead_no_further_message_is_tried_in_the_round(world: World) -> None:
    world.watch(emails=(TO, "second@example.org"))
    tried: list[EmailMessage] = []

    class Dead:
        def send(self, message: EmailMessage) -> None:
            tried.append(message)
            raise ConnectionRefusedError("refused")

    world.run(mails=Mails(MailServer("127.0.0.1", 25, "none", FROM), Dead()))
    assert len(tried) == 1
    with world.store() as store:
        world.clock.put("2026-03-03")
        assert len(store.outbox.waiting()) == 2


def test_without_a_server_messages_wait(world: World) -> None:
    world.watch(emails=(TO,))
    world.run()
    with world.store() as store:
        assert len(store.outbox.waiting(topics=["monitor.mail"])) == 1


def account(world: World, login: str, *roles: str) -> str:
    with world.store() as store:
        user = store.accounts.create(login, login, by=ME, reason="a test")
        for role in roles:
            store.accounts.grant(user.id, role, by=ME, reason="a test")
        return user.id


def digests(world: World, kept: Sink) -> int:
    with world.store() as store:
        sent = send_digests(store, world.clock, link="https://x.example")
        store.outbox.deliver({"monitor.mail": mails(kept.port)}, others=False)
        return sent


def test_a_digest_says_what_is_new_what_is_mine_and_what_comes_back(world: World) -> None:
    world.watch()
    world.run()
    analyst = account(world, "ana", "analyst")
    with world.store() as store:
        subscribe(store, "ana", TO, "day", by=ME)
        first, second = (str(row["id"]) for row in store.monitoring.queue())
        act(store, first, Asked("assign", to=analyst), by=By(analyst), today=world.today)
        until = world.today + dt.timedelta(days=1)
        act(store, second, Asked("snooze", reason="later", until=until), by=By(analyst), today=world.today)
    with sink() as kept:
        assert digests(world, kept) == 1
        assert digests(world, kept) == 0, "one a day"
        world.clock.put("2026-03-03")
        assert digests(world, kept) == 1
    today, tomorrow = map(body, kept.taken)
    assert "New: 2" in today
    assert "With you: 1" in today
    assert "Put off" not in today
    assert "New" not in tomorrow
    assert "Put off until today or before: 1" in tomorrow
    assert "https://x.example/monitor" in today
    assert "may be" in today


def test_a_digest_tells_nobody_what_they_may_not_read(world: World) -> None:
    world.watch()
    world.run()
    for login, role in (("officer", "case_officer"), ("viewer", "exporter_viewer"), ("auditor", "auditor")):
        account(world, login, role)
        with world.store() as store:
            subscribe(store, login, f"{login}@example.org", "week", by=ME)
    with sink() as kept:
        assert digests(world, kept) == 1
        world.clock.put("2026-03-08")
        assert digests(world, kept) == 0
    assert [one["To"] for one in kept.taken] == ["auditor@example.org"]


def test_a_digest_is_ended_and_a_locked_account_gets_none(world: World) -> None:
    world.watch()
    world.run()
    user = account(world, "ana", "analyst")
    with world.store() as store, sink() as kept:
        subscribe(store, "ana", TO, "day", by=ME)
        store.accounts.change(user, active=False, by=ME, reason="gone")
        assert send_digests(store, world.clock) == 0
        store.accounts.change(user, active=True, by=ME, reason="back")
        subscribe(store, "ana", "", "never", by=ME)
        assert send_digests(store, world.clock) == 0
        assert kept.taken == []
        with pytest.raises(BadInput, match="no account"):
            subscribe(store, "nobody", TO, "day", by=ME)
        with pytest.raises(BadInput, match="no period"):
            subscribe(store, "ana", TO, "hourly", by=ME)


@pytest.mark.parametrize(
    "text", ["", "desk", "a@b@c", "x@host\nBcc: y@z", "Desk <a@b>", "a b@c", "é@example.org", "a@" + "b" * 300]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no address"):
        mail_address(text, where="--to")


def test_settings_are_checked_and_secrets_are_not_repeated() -> None:
    good = {"host": "mail.example.com", "sender": FROM, "user": "u", "password": "hunter2"}
    assert mail_server({}) is None
    found = mail_server(good)
    assert found is not None
    assert (found.port, found.security) == (587, "starttls")
    for wrong in ({"security": "none"}, {"security": "ssl3"}, {"port": "x"}, {"port": "70000"}, {"sender": "nobody"}):
        with pytest.raises(BadInput) as problem:
            mail_server(good | wrong)
        assert "hunter2" not in str(problem.value)
    assert mail_server(good | {"host": "127.0.0.1", "security": "none"}) is not None


def test_a_letter_has_no_line_that_its_text_could_add() -> None:
    document = mail(TO, "2 alerts", "From: somebody\n.\nrest", {"n": 1})
    found = letter(document, "2026-03-02T09:00:00Z", FROM)
    assert found["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"
    with pytest.raises(ValueError, match="linefeed"):
        letter(document | {"subject": "x\r\nBcc: y@z"}, "2026-03-02T09:00:00Z", FROM)
    with sink() as kept:
        SmtpTransport(MailServer("127.0.0.1", kept.port, "none", FROM)).send(found)
    assert body(kept.taken[0]).replace("\r\n", "\n") == "From: somebody\n.\nrest\n"


def test_tls_is_used_and_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate, key)
    message = letter(mail(TO, "s", "t", {}), "2026-03-02T09:00:00Z", FROM)
    with sink(own) as kept:
        server = MailServer("localhost", kept.port, "starttls", FROM)
        with pytest.raises(OSError, match="certificate"):
            SmtpTransport(server).send(message)
        assert kept.taken == []
        SmtpTransport(server, ssl.create_default_context(cafile=str(certificate))).send(message)
        assert len(kept.taken) == 1
        assert "STARTTLS" in kept.said


def test_a_server_without_tls_is_told_nothing(tmp_path: Path) -> None:
    message = letter(mail(TO, "s", "t", {}), "2026-03-02T09:00:00Z", FROM)
    with sink() as kept, pytest.raises(OSError, match="STARTTLS"):
        SmtpTransport(MailServer("127.0.0.1", kept.port, "starttls", FROM)).send(message)
    assert all(not line.startswith("MAIL") for line in kept.said)
