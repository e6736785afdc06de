"""Mail really goes to a mail server, as it was meant; what goes wrong is said in our words."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from madoguchi.adapters.mail.smtp import NullMailer, SmtpMailer, SmtpSettings
from madoguchi.domain.access.credentials import LinkKind
from madoguchi.ports.mail import Mail, MailNotSentError
from madoguchi.services.credentials import letter
from madoguchi.testing.builders import a_user
from madoguchi.testing.server import free_port


class Postman:
    """Takes mails in."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], EmailMessage]] = []
        self.answer = "250 thanks"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, read))
        return self.answer


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def port(postman: Postman) -> Iterator[int]:
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(socket.SOCK_STREAM))
    controller.start()
    yield controller.port
    controller.stop()


def mailer(port: int) -> SmtpMailer:
    return SmtpMailer(
        SmtpSettings("127.0.0.1", port, "Madoguchi <desk@example.com>", "https://desk.example.com/", security="none")
    )


@pytest.mark.req("BASE-1")
async def test_a_mail_in_japanese_arrives_as_it_was_written(postman: Postman, port: int) -> None:
    mail = letter(a_user(), "https://desk.example.com/welcome#token", LinkKind.INVITATION)
    await mailer(port).send(mail)
    ((sender, receivers, read),) = postman.mails
    assert (sender, receivers) == ("desk@example.com", [mail.to])
    assert read["Subject"] == mail.subject
    assert read.get_content().replace("\r\n", "\n") == mail.text
    assert "招待" in mail.text
    assert mailer(port).base_url == "https://desk.example.com"


async def test_a_server_that_refuses_or_is_not_there_is_told_as_ours(postman: Postman, port: int) -> None:
    postman.answer = "554 no"
    mail = Mail("ana@example.com", "Hello", "there")
    with pytest.raises(MailNotSentError):
        await mailer(port).send(mail)
    with pytest.raises(MailNotSentError):
        await mailer(free_port(socket.SOCK_STREAM)).send(mail)


async def test_no_header_can_be_smuggled_in(postman: Postman, port: int) -> None:
    with pytest.raises(MailNotSentError):
        await mailer(port).send(Mail("ana@example.com\r\nBcc: eve@example.com", "Hello", "there"))
    assert postman.mails == []


async def test_without_a_server_nothing_is_sent_and_nobody_thinks_so() -> None:
    assert NullMailer().base_url == ""
    with pytest.raises(MailNotSentError):
        await NullMailer().send(Mail("ana@example.com", "Hello", "there"))
