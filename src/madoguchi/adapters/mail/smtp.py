"""Sends mail through an SMTP server, and what stands in its place where there is none."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, Literal

import aiosmtplib

from madoguchi.ports.mail import Mail, MailNotSentError

_PATIENCE_S: Final = 20.0


@dataclass(frozen=True)
class SmtpSettings:
    """How the mail server is reached."""

    host: str
    port: int
    sender: str
    base_url: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted."""


class SmtpMailer:
    """`Mailer` by SMTP; one connection for each mail, as there are few."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    @property
    def base_url(self) -> str:
        """Where the portal is."""
        return self._settings.base_url.rstrip("/")

    async def send(self, mail: Mail) -> None:
        """Hand `mail` over.

        Raises:
            MailNotSentError: the server cannot be reached, or refuses it.
        """
        it = self._settings
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = it.sender, mail.to, mail.subject
            message["Date"] = formatdate(usegmt=True)
            message["Message-ID"] = make_msgid(domain=it.sender.rpartition("@")[2].strip("<> ") or None)
            message.set_content(mail.text, cte="base64")
            await aiosmtplib.send(
                message,
                hostname=it.host,
                port=it.port,
                username=it.user or None,
                password=it.password or None,
                use_tls=it.security == "tls",
                start_tls=it.security == "starttls",
                timeout=_PATIENCE_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailNotSentError(f"smtp: {type(error).__name__}") from error


class NullMailer:
    """Sends nothing: links are handed over by whoever makes them."""

    base_url = ""

    async def send(self, mail: Mail) -> None:
        """Refuse.

        Raises:
            MailNotSentError: always.
        """
        del mail
        raise MailNotSentError("no mail server is configured")
