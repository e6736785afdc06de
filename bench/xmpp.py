"""A stock XMPP server with its message archive on, and just enough of a client to load it.

It is the yardstick of the chat benchmark: a server that keeps every message, delivers it to a connected receiver, and
is widely run. What is compared is the time from sending a line until the receiver's socket has it.
"""

import asyncio
import base64
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

HOST: Final = "localhost"
PASSWORD: Final = "bench"  # noqa: S105 - of accounts that live for a minute
_BODY: Final = re.compile(rb"<body>([^<]*)</body>")

_CONFIG: Final = """
pidfile = "{folder}/prosody.pid"
run_as_root = true
daemonize = false
data_path = "{folder}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
legacy_ssl_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "roster", "saslauth", "disco", "mam", "carbons" }}
modules_disabled = {{ "s2s", "offline" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
archive_expires_after = "1w"
default_archive_policy = true
log = {{ error = "{folder}/prosody.err" }}
VirtualHost "{host}"
"""


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def xmpp_server(folder: Path, users: list[str]) -> AsyncIterator[int]:
    """Run the server with `users` registered; yield its port.

    Raises:
        FileNotFoundError: it is not installed.
        TimeoutError: it did not start.
    """
    if shutil.which("prosody") is None:
        raise FileNotFoundError("prosody is not installed")
    port = free_port()
    (folder / "data").mkdir(parents=True)
    config = folder / "prosody.cfg.lua"
    config.write_text(_CONFIG.format(folder=folder, port=port, host=HOST))
    accounts = folder / "data" / HOST / "accounts"
    accounts.mkdir(parents=True)
    for user in users:
        (accounts / f"{user}.dat").write_text(f'return {{\n\t["password"] = "{PASSWORD}";\n}};\n')
    process = await asyncio.create_subprocess_exec("prosody", "--config", str(config), "-F")
    try:
        async with asyncio.timeout(15):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
                    continue
                writer.close()
                break
        yield port
    finally:
        process.terminate()
        await process.wait()


class XmppClient:
    """One signed-in connection that sends chat messages and sees what comes in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str) -> None:
        self._reader = reader
        self._writer = writer
        self.user = user
        self._rest = b""

    @classmethod
    async def sign_in(cls, port: int, user: str) -> "XmppClient":
        """Connect, authenticate, bind a resource and become available."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = cls(reader, writer, user)
        secret = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
        await client._exchange(client._stream(), b"</stream:features>")
        await client._exchange(
            f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>", b"<success"
        )
        await client._exchange(client._stream(), b"</stream:features>")
        await client._exchange(
            "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>b</resource></bind></iq>",
            b"</iq>",
        )
        writer.write(b"<presence/>")
        return client

    def _stream(self) -> str:
        return (
            f"<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )

    async def _exchange(self, text: str, until: bytes) -> None:
        self._writer.write(text.encode())
        async with asyncio.timeout(15):
            await self._reader.readuntil(until)

    def send(self, to: str, number: str, text: str) -> None:
        """Send one line; `number` comes first in its body."""
        self._writer.write(
            f"<message to='{to}@{HOST}/b' type='chat' id='{number}'><body>{number} {text}</body></message>".encode()
        )

    async def numbers(self) -> AsyncIterator[str]:
        """Yield the numbers of lines as they come in."""
        while chunk := await self._reader.read(65536):
            self._rest += chunk
            end = 0
            for match in _BODY.finditer(self._rest):
                end = match.end()
                yield match.group(1).split(b" ", 1)[0].decode()
            self._rest = self._rest[end:]

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
