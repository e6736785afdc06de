"""Sends mail to users."""

from dataclasses import dataclass
from typing import Protocol

from madoguchi.kernel.errors import Kind, MadoguchiError


class MailNotSentError(MadoguchiError):
    """The mail could not be sent."""

    kind = Kind.UNAVAILABLE
    code = "mail_not_sent"


@dataclass(frozen=True)
class Mail:
    """One mail in plain text."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """A way for mail to leave the house."""

    @property
    def base_url(self) -> str:
        """Where those who get mail find the portal, without a slash at the end; empty where mail cannot be sent."""

    async def send(self, mail: Mail) -> None:
        """Hand `mail` over to the mail server.

        Raises:
            MailNotSentError: it did not take it.
        """
