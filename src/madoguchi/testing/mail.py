"""A mail server that keeps what it is given."""

from madoguchi.ports.mail import Mail, MailNotSentError


class FakeMailer:
    """Remembers mails; set `broken`, it takes none."""

    def __init__(self, base_url: str = "https://desk.example.com") -> None:
        self.base_url = base_url
        self.sent: list[Mail] = []
        self.broken = False

    async def send(self, mail: Mail) -> None:
        """Keep `mail`.

        Raises:
            MailNotSentError: it was told to be broken.
        """
        if self.broken:
            raise MailNotSentError("told to be broken")
        self.sent.append(mail)
