"""One call's offers and answers (RFC 3264): what both sides have agreed to send each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.adapters.voice.embedded.sip.sdp import (
    CLOCK_RATE,
    DTMF_PAYLOAD_TYPE,
    OFFERED,
    SECURE,
    SUITES,
    Crypto,
    Direction,
    LocalStream,
    Media,
    parse_sdp,
    write_refused,
    write_sdp,
    write_stream,
)
from madoguchi.media.protocol import CodecName, RtpCodec, RtpEndpoint, RtpSettings, SrtpKeys

NOWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - the old way to say "hold", RFC 3264 section 8.4


class NotAcceptableError(Exception):
    """No media can come of this description; the answer is 488."""


@dataclass(frozen=True)
class MediaPolicy:
    """What may be agreed."""

    codecs: Sequence[str] = ("PCMU", "PCMA", "G722")
    """Best first; used for offers, and to leave codecs out of answers."""
    new_key: Callable[[], str] = lambda: ""
    """Makes an SRTP master key and salt in base64."""
    offer_srtp: bool = False


@dataclass(frozen=True)
class _Choice:
    media: Media
    codec: RtpCodec
    crypto: Crypto | None


class MediaSession:
    """The state of offer and answer. `local` must be set before our first description is written."""

    def __init__(self, policy: MediaPolicy, session: int) -> None:
        self.local: RtpEndpoint | None = None
        self.settings: RtpSettings | None = None
        """What was agreed last; None until something is."""
        self.on_hold = False
        """Whether the peer does not want to hear us."""
        self._policy = policy
        self._session = session
        self._version = 0
        self._written: tuple[str, ...] = ()
        self._offered: LocalStream | None = None
        self._key = ""

    def check(self, offer: str) -> None:
        """Return when `offer` can be answered.

        Raises:
            NotAcceptableError: it cannot.
        """
        self._choose(_read(offer))

    def answer(self, offer: str) -> str:
        """Return the answer to the peer's offer; `settings` and `on_hold` are what is agreed now.

        Raises:
            NotAcceptableError: nothing in common; what was agreed before still holds.
        """
        sections = _read(offer)
        choice = self._choose(sections)
        crypto = None
        if choice.crypto is not None:
            crypto = Crypto(choice.crypto.tag, choice.crypto.suite, self._own_key())
        self._agree(choice, crypto)
        held = choice.media.host in NOWHERE
        stream = LocalStream(
            endpoint=self._endpoint(),
            protocol=choice.media.protocol,
            codecs=(choice.codec,),
            dtmf_payload_type=choice.media.dtmf_payload_type,
            direction=Direction.of(
                sends=choice.media.direction.receives and not held, receives=choice.media.direction.sends
            ),
            crypto=crypto,
        )
        lines: list[str] = []
        for section in sections:
            lines += write_stream(stream) if section is choice.media else write_refused(section)
        return self._write(lines)

    def offer(self) -> str:
        """Return an offer: everything we can at first, later what was agreed."""
        crypto = None
        if self.settings is None:
            codecs = [RtpCodec(cast("CodecName", name), OFFERED[name], CLOCK_RATE) for name in self._policy.codecs]
            secure, dtmf = self._policy.offer_srtp, cast("int | None", DTMF_PAYLOAD_TYPE)
        else:
            codecs, dtmf = [self.settings.codec], self.settings.dtmf_payload_type
            secure = self.settings.srtp is not None
        if secure:
            suite = self.settings.srtp.suite if self.settings and self.settings.srtp else SUITES[0]
            crypto = Crypto("1", suite, self._own_key())
        self._offered = LocalStream(
            endpoint=self._endpoint(),
            protocol=SECURE[0] if secure else "RTP/AVP",
            codecs=codecs,
            dtmf_payload_type=dtmf,
            direction=Direction.SENDRECV,
            crypto=crypto,
        )
        return self._write(write_stream(self._offered))

    def take_answer(self, answer: str) -> None:
        """Take the peer's answer to our offer in.

        Raises:
            NotAcceptableError: it accepts nothing, or what was not offered.
        """
        if self._offered is None:
            raise NotAcceptableError("nothing was offered")
        choice = self._choose(_read(answer))
        offered = self._offered
        if choice.media.protocol != offered.protocol and offered.crypto is not None:
            raise NotAcceptableError("the answer is not encrypted")
        if choice.codec.name not in {codec.name for codec in offered.codecs}:
            raise NotAcceptableError("the answer has a codec that was not offered")
        self._agree(choice, offered.crypto)

    def _choose(self, sections: Sequence[Media]) -> _Choice:
        for media in sections:
            if not media.usable:
                continue
            cryptos = media.cryptos
            if media.protocol in SECURE and not cryptos:
                continue
            for codec in media.codecs:
                if codec.name in self._policy.codecs:
                    return _Choice(media, codec, cryptos[0] if media.protocol in SECURE else None)
        raise NotAcceptableError("no voice stream in common")

    def _agree(self, choice: _Choice, own: Crypto | None) -> None:
        media = choice.media
        held = media.host in NOWHERE
        remote = RtpEndpoint(media.host, media.port)
        if held and self.settings is not None:
            remote = self.settings.remote
        keys = None
        if own is not None and choice.crypto is not None:
            keys = SrtpKeys(choice.crypto.suite, own.key, choice.crypto.key)
        self.settings = RtpSettings(
            remote=remote,
            codec=choice.codec,
            dtmf_payload_type=media.dtmf_payload_type,
            send=media.direction.receives and not held,
            receive=media.direction.sends,
            srtp=keys,
        )
        self.on_hold = not self.settings.send

    def _own_key(self) -> str:
        self._key = self._key or self._policy.new_key()
        return self._key

    def _endpoint(self) -> RtpEndpoint:
        if self.local is None:
            raise NotAcceptableError("no port for media")
        return self.local

    def _write(self, lines: Sequence[str]) -> str:
        """Write a description. Its version rises only when something has changed, as session refreshes want it."""
        if tuple(lines) != self._written:
            self._version += 1
            self._written = tuple(lines)
        return write_sdp(self._endpoint().host, self._session, self._version, lines)


def with_host(endpoint: RtpEndpoint, host: str) -> RtpEndpoint:
    """Return `endpoint` as peers reach it: at `host` unless that is empty."""
    return RtpEndpoint(host, endpoint.port) if host else endpoint


def _read(text: str) -> list[Media]:
    try:
        return parse_sdp(text)
    except BadSyntaxError as error:
        raise NotAcceptableError(str(error)) from error
