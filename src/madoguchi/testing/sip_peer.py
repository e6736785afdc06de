"""A telephone for tests: calls and is called by SIP over UDP, and talks by `RtpPeer`. One call at a time."""

import asyncio
import re
import secrets
from typing import Final

from madoguchi.testing.rtp_peer import DTMF_TYPE, RtpPeer
from madoguchi.testing.sip_caller import Message, read

_T1_S: Final = 0.5
_OK: Final = 200
_TRYING: Final = 100
LOCAL: Final = "127.0.0.1"

Address = tuple[str, int]


class SipPeer(asyncio.DatagramProtocol):
    """One telephone. Made by `open`; `close` ends it."""

    def __init__(self, voice: RtpPeer, user: str) -> None:
        self.voice = voice
        self.user = user
        self.answers = True
        """Whether a call to it is answered at once; else it rings."""
        self.refusal = ""
        """What it answers to every call instead, such as `486 Busy Here`."""
        self.established = asyncio.Event()
        self.ended = asyncio.Event()
        """Set when the call is over, whoever ended it."""
        self.status = 0
        """The final status of a call that it made."""
        self._transport: asyncio.DatagramTransport | None = None
        self._call_id = f"{secrets.token_hex(8)}@{LOCAL}"
        self._cseq = 1
        self._here = f"<sip:{user}@{LOCAL}>;tag={secrets.token_hex(4)}"
        self._there = ""
        self._target = ""
        self._peer: Address = ("", 0)
        self._invite: Message | None = None
        self._resends: dict[str, asyncio.TimerHandle] = {}
        self._last_ack = b""
        self._branch = ""

    @classmethod
    async def open(cls, user: str, codec: str = "PCMU", port: int = 0) -> "SipPeer":
        """Open its sockets; `port` is where it is called, 0 for a free one."""
        made = cls(await RtpPeer.open(codec), user)
        made._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: made, local_addr=(LOCAL, port)
        )
        return made

    @property
    def port(self) -> int:
        """The local SIP port."""
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    @property
    def uri(self) -> str:
        """How to call it."""
        return f"sip:{self.user}@{LOCAL}:{self.port}"

    @property
    def rings(self) -> bool:
        """Whether a call to it waits for `answer`."""
        return self._invite is not None and not self.established.is_set()

    def close(self) -> None:
        """Vanish without a word."""
        for timer in self._resends.values():
            timer.cancel()
        self.voice.close()
        if self._transport is not None:
            self._transport.close()

    def call(self, host: str, port: int, number: str) -> None:
        """Begin a call; `established` or `ended` follows."""
        self._peer = (host, port)
        self._target = f"sip:{number}@{host}:{port}"
        self._there = f"<{self._target}>"
        self._branch = _branch()
        self._send_reliably("INVITE", self._request("INVITE", self._branch, self._sdp()))

    def hang_up(self) -> None:
        """End the call, or give up a call that nobody has answered yet."""
        if self.ended.is_set():
            return
        if not self.established.is_set() and self._invite is None:
            self._send(self._request("CANCEL", self._branch))
            return
        self._cseq += 1
        self._send_reliably("BYE", self._request("BYE", _branch()))
        self._over()

    def answer(self) -> None:
        """Answer the call that rings."""
        assert self._invite is not None
        self._send_reliably("200", self._reply(self._invite, "200 OK", self._sdp()))

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take a message; whatever is no part of the call is ignored."""
        if len(data) < 8:  # noqa: PLR2004 - a keep-alive
            return
        message = read(data)
        if message.status:
            self._take_response(message)
        else:
            self._peer = addr
            self._take_request(message)

    def _take_response(self, message: Message) -> None:
        if message.header("call-id") != self._call_id:
            return
        if message.status == _TRYING or message.status < _OK:
            self._stop_sending(message.method)
            return
        self._stop_sending(message.method)
        if message.method != "INVITE":
            return
        if self.status:
            self._send(self._last_ack)
            return
        self.status = message.status
        branch = self._branch
        self._there = message.header("to")
        if message.status == _OK:
            self._take_contact(message)
            self._take_sdp(message.body)
            branch = _branch()
            self.established.set()
        else:
            self._over()
        self._last_ack = self._request("ACK", branch)
        self._send(self._last_ack)

    def _take_request(self, message: Message) -> None:
        match message.method:
            case "INVITE" if self.refusal:
                self._send(self._reply(message, self.refusal))
            case "INVITE" if self._invite is None and not self.established.is_set():
                self._invite = message
                self._call_id = message.header("call-id")
                self._there = message.header("from")
                self._here = f"{message.header('to')};tag={secrets.token_hex(4)}"
                self._take_contact(message)
                self._take_sdp(message.body)
                self._send(self._reply(message, "180 Ringing"))
                if self.answers:
                    self.answer()
            case "INVITE" if self.established.is_set():
                self._take_sdp(message.body)
                self._send(self._reply(message, "200 OK", self._sdp()))
            case "ACK":
                self._stop_sending("200")
                self.established.set()
            case "CANCEL" if self._invite is not None:
                self._send(self._reply(message, "200 OK"))
                self._send(self._reply(self._invite, "487 Request Terminated"))
                self._over()
            case "BYE":
                self._send(self._reply(message, "200 OK"))
                self._over()
            case "OPTIONS" | "INFO" | "UPDATE":
                self._send(self._reply(message, "200 OK"))
            case _:
                return

    def _over(self) -> None:
        self.voice.target = None
        self.ended.set()

    def _take_contact(self, message: Message) -> None:
        contact = re.search(r"<?(sip:[^>;\s]+)", message.header("contact"))
        if contact:
            self._target = contact.group(1)

    def _take_sdp(self, body: str) -> None:
        host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
        if host and port:
            self.voice.target = (host.group(1), int(port.group(1)))

    def _sdp(self) -> str:
        kind, name = self.voice.payload_type, {0: "PCMU", 8: "PCMA"}[self.voice.payload_type]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {LOCAL}\r\ns=-\r\nc=IN IP4 {LOCAL}\r\nt=0 0\r\n"
            f"m=audio {self.voice.port} RTP/AVP {kind} {DTMF_TYPE}\r\na=rtpmap:{kind} {name}/8000\r\n"
            f"a=rtpmap:{DTMF_TYPE} telephone-event/8000\r\na=fmtp:{DTMF_TYPE} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _request(self, method: str, branch: str, body: str = "") -> bytes:
        return _message(
            f"{method} {self._target} SIP/2.0",
            [
                f"Via: SIP/2.0/UDP {LOCAL}:{self.port};branch={branch};rport",
                "Max-Forwards: 70",
                f"From: {self._here}",
                f"To: {self._there}",
                f"Call-ID: {self._call_id}",
                f"CSeq: {self._cseq} {method}",
                f"Contact: <sip:{self.user}@{LOCAL}:{self.port}>",
            ],
            body,
        )

    def _reply(self, request: Message, status: str, body: str = "") -> bytes:
        copied = [f"{key.title()}: {value}" for key, value in request.headers if key in {"via", "from", "record-route"}]
        to = request.header("to")
        lines = [
            *copied,
            f"To: {to if 'tag=' in to else self._here}",
            f"Call-ID: {request.header('call-id')}",
            f"CSeq: {request.header('cseq')}",
            f"Contact: <sip:{self.user}@{LOCAL}:{self.port}>",
        ]
        return _message(f"SIP/2.0 {status}", lines, body)

    def _send_reliably(self, what: str, data: bytes, wait_s: float = _T1_S) -> None:
        """Send, and again until `_stop_sending`."""
        self._send(data)
        if wait_s < 8 * _T1_S:
            loop = asyncio.get_running_loop()
            self._resends[what] = loop.call_later(wait_s, self._send_reliably, what, data, 2 * wait_s)

    def _stop_sending(self, what: str) -> None:
        timer = self._resends.pop(what, None)
        if timer is not None:
            timer.cancel()

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, self._peer)


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"


def _message(start: str, lines: list[str], body: str) -> bytes:
    if body:
        lines = [*lines, "Content-Type: application/sdp"]
    return "\r\n".join([start, *lines, f"Content-Length: {len(body)}", "", body]).encode()
