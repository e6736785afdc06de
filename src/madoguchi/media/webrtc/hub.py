"""All browser audio legs of a media worker behind one UDP port, without any I/O.

The worker owns the socket and the clock. In every tick it feeds what has arrived and sends what the hub hands out:

    hub = BrowserHub(["192.0.2.10"], 10000)
    answer, audio = hub.answer(leg, offer, listen_only=False, now=now)
    for data, address in arrived:                       # the socket's datagrams
        for leg, packet in hub.receive(data, address, now):
            ...                                         # plain RTP; digits have a payload type of audio.dtmf
    sealed = hub.send_rtp(leg, packet, length)          # seals in place; None while there is no way to the browser
    hub.poll(now)                                       # timers; once a tick is well, ten times a second is enough
    for data, address in hub.outgoing(): ...            # STUN, DTLS and RTCP to be sent
    for event in hub.events(): ...                      # Connected, Closed
    hub.heard_at(leg)                                   # when the browser was last heard, for MediaLost

A worker with many legs asks for what is behind a leg or an address (`link_of`, `link_at`), and has it open and seal
media in the rows of its own buffers, instead of handing RTP through `receive` and `send_rtp`.

`now` is in seconds on any monotonic clock. Nothing blocks, and nothing raises but `answer`. STUN, DTLS and SRTP share
the port and are told apart by their first byte (RFC 7983); legs are told apart by the ufrag of a STUN request and then
by the address that it has validated.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Final

from madoguchi.kernel.ids import LegId
from madoguchi.media.webrtc import ice, sdp
from madoguchi.media.webrtc.answer import CLOCK_RATES, OurSide, choose_audio, write_answer
from madoguchi.media.webrtc.dtls import Certificate
from madoguchi.media.webrtc.events import Address, AgreedAudio, Closed, CloseReason, Connected, HubEvent
from madoguchi.media.webrtc.link import BrowserLink

DEFAULT_POLICY: Final = ("opus", "PCMU", "PCMA")
"""Opus where the browser has it. Put PCMU first to save four fifths of the CPU at telephone quality."""
CONNECT_S: Final = 30.0
"""How long a browser may take from the answer to its first media."""
SILENT_S: Final = 30.0
"""After how long without a sign of consent nothing may be sent any more (RFC 7675 section 5.1)."""
REFUSALS_PER_S: Final = 50.0
LOOK_EVERY_S: Final = 0.05
"""How often `poll` looks at the timers of all legs; none is finer."""

_STUN: Final = range(4)
_DTLS: Final = range(20, 64)
_MEDIA: Final = range(128, 192)
_LONGEST_DATAGRAM: Final = 2048


class BrowserHub:
    """Makes, feeds and ends browser legs.

    Args:
        addresses: where browsers may reach the port, the best first; public ones of a NAT in front included.
        port: the UDP port of the worker's socket, as browsers see it.
        certificate: our identity; made anew where none is given.
        policy: codecs, the best first, of `opus`, `PCMU`, `PCMA`.
        tcp_port: the port of passive ICE-TCP where the worker listens there too.
        entropy: gives that many unforeseeable bytes.
        silent_s: after how many seconds without a sign of life a leg is closed.
        connect_s: how many seconds a browser has to connect.

    Raises:
        ValueError: there is no address, or the policy names an unknown codec.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        port: int,
        *,
        certificate: Certificate | None = None,
        policy: Sequence[str] = DEFAULT_POLICY,
        tcp_port: int | None = None,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        silent_s: float = SILENT_S,
        connect_s: float = CONNECT_S,
    ) -> None:
        if not addresses or not policy or not set(policy) <= set(CLOCK_RATES):
            raise ValueError(f"browsers need an address, and codecs of {', '.join(CLOCK_RATES)}")
        self._addresses = tuple(addresses)
        self._port = port
        self._tcp_port = tcp_port
        self._policy = tuple(policy)
        self._entropy = entropy
        self._silent_s = silent_s
        self._connect_s = connect_s
        certificate = certificate or Certificate()
        self._fingerprint = certificate.fingerprint
        self._context = certificate.context()
        self._links: dict[LegId, BrowserLink] = {}
        self._by_ufrag: dict[str, BrowserLink] = {}
        self._by_address: dict[Address, BrowserLink] = {}
        self._outbox: list[tuple[bytes, Address]] = []
        self._events: list[HubEvent] = []
        self._look_at = float("-inf")
        self._refusals = ice.Allowance(REFUSALS_PER_S, REFUSALS_PER_S)

    @property
    def legs(self) -> tuple[LegId, ...]:
        """The legs that there are."""
        return tuple(self._links)

    def answer(self, leg: LegId, offer_sdp: str, *, listen_only: bool, now: float) -> tuple[str, AgreedAudio]:
        """Make `leg` from a browser's offer, or take a later offer of the same leg.

        A later offer of the same RTCPeerConnection (an ICE restart after a change of network, a new direction) goes on
        with the keys and streams that there are. One of another connection, as after a reload of the page, replaces the
        leg: it will be `Connected` anew, with the same SSRC, so that the worker's stream to it goes on.

        Args:
            leg: the leg's id.
            offer_sdp: what `createOffer` gave the page.
            listen_only: whatever the browser sends is discarded, until `set_listen_only` says otherwise.
            now: seconds.

        Returns:
            The answer for `setRemoteDescription`, complete with candidates, and what was agreed.

        Raises:
            BadSdpError: the offer cannot be used; an existing leg is unchanged.
        """
        offer = sdp.parse(offer_sdp)
        former = self._links.get(leg)
        if former is not None and not _continues(former.offer, offer):
            former = None
        ssrc = stream_of(leg)
        audio = choose_audio(offer, self._policy, listen_only=listen_only, ssrc=ssrc)
        if former is not None and offer.ufrag == former.offer.ufrag:
            credentials = former.ice.credentials
        else:
            credentials = ice.Credentials(self._new_ufrag(), self._entropy(16).hex(), offer.ufrag)
        if former is None:
            self.close(leg)
            link = BrowserLink(leg, offer, audio, credentials, self._context, self._outbox, now)
            self._links[leg] = link
        else:
            link = former
            del self._by_ufrag[link.ice.credentials.ufrag]
            link.renew(offer, audio, credentials)
        link.listen_only = listen_only
        self._by_ufrag[credentials.ufrag] = link
        ours = OurSide(
            ufrag=credentials.ufrag,
            password=credentials.password,
            fingerprint=self._fingerprint,
            addresses=self._addresses,
            port=self._port,
            tcp_port=self._tcp_port,
            ssrc=ssrc,
            session=ssrc,
            version=link.version,
        )
        return write_answer(offer, audio, ours), audio

    def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard what the browser sends, or take it; unknown legs are no error."""
        link = self._links.get(leg)
        if link is not None:
            link.listen_only = on

    def receive(self, data: bytes, address: Address, now: float) -> Sequence[tuple[LegId, bytes]]:
        """Take one datagram from the socket.

        Returns:
            The RTP packets to be heard, opened: one, or none for whatever else it was. RTCP, media of listen-only legs,
            and all that is forged, damaged or repeated never come out here.
        """
        kind = data[0] if 0 < len(data) <= _LONGEST_DATAGRAM else 255
        if kind in _MEDIA:
            link = self._by_address.get(address)
            packet = link.receive_media(data, address, now) if link is not None else None
            return () if link is None or packet is None else ((link.leg, packet),)
        if kind in _STUN:
            self._receive_stun(data, address, now)
        elif kind in _DTLS:
            link = self._by_address.get(address)
            # Only an address that STUN has validated gets an answer: ours are up to ten times as long (RFC 6347 4.2.1).
            if link is not None:
                reason = link.receive_dtls(data, address, now)
                self._settle(link, reason)
        return ()

    def send_rtp(self, leg: LegId, packet: bytearray, length: int) -> tuple[memoryview, Address] | None:
        """Seal the RTP packet `packet[:length]` in place.

        Args:
            leg: whose packet it is; unknown ones are no error.
            packet: has `srtp.TRAILER` bytes of room after `length`. Its SSRC is `AgreedAudio.ssrc`.
            length: bytes of header and payload.

        Returns:
            What to send where, a view into `packet`; None while the leg is not connected, or does not receive.
        """
        link = self._links.get(leg)
        return None if link is None else link.send_rtp(packet, length)

    def link_of(self, leg: LegId) -> BrowserLink | None:
        """Return what is behind a leg, to seal packets where they are."""
        return self._links.get(leg)

    def link_at(self, address: Address) -> BrowserLink | None:
        """Return what is behind an address that has proved to be a browser's, to open packets where they are."""
        return self._by_address.get(address)

    def poll(self, now: float) -> None:
        """Run all timers: lost handshake flights, reports, legs that did not come or are silent."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY_S
        for link in list(self._links.values()):
            reason = link.poll(now)
            if reason is None and not link.connected and now - link.opened_at > self._connect_s:
                reason = CloseReason.NEVER_CONNECTED
            elif reason is None and link.connected and now - link.heard_at > self._silent_s:
                reason = CloseReason.SILENT
            if reason is not None:
                self._settle(link, reason)

    def outgoing(self) -> list[tuple[bytes, Address]]:
        """Return and forget the datagrams to be sent."""
        if not self._outbox:
            return []
        taken = self._outbox.copy()
        self._outbox.clear()  # the list itself is shared with the legs
        return taken

    def events(self) -> list[HubEvent]:
        """Return and forget what has happened, in order."""
        taken, self._events = self._events, []
        return taken

    def heard_at(self, leg: LegId) -> float | None:
        """When the browser last gave a genuine sign of life: a check, RTP or RTCP. None for no such leg."""
        link = self._links.get(leg)
        return None if link is None else link.heard_at

    def close(self, leg: LegId) -> None:
        """End a leg and say goodbye to its browser. No event follows. An unknown leg is no error."""
        link = self._links.get(leg)
        if link is not None:
            link.close()
            self._forget(link)

    def knows(self, address: Address) -> bool:
        """Whether `address` has proved to be a leg's browser."""
        return address in self._by_address

    def path_lost(self, address: Address) -> None:
        """Take out an address that is known to be gone, as a closed TCP connection is."""
        link = self._by_address.pop(address, None)
        if link is not None:
            link.ice.forget(address)

    def _receive_stun(self, data: bytes, address: Address, now: float) -> None:
        message = ice.binding_request(data)
        ufrag = ice.local_ufrag(message) if message is not None else None
        link = self._by_ufrag.get(ufrag) if ufrag is not None else None
        if message is None or link is None:
            return  # whoever does not even know a ufrag learns nothing, not even that we are here
        response, genuine = link.ice.handle(message, address, now, lambda: self._refusals.take(now))
        if response is not None:
            self._outbox.append((response, address))
        if not genuine:
            return
        link.heard_at = now
        if self._by_address.get(address) is not link:
            self._claim(link, address)
        self._settle(link, None)

    def _claim(self, link: BrowserLink, address: Address) -> None:
        other = self._by_address.get(address)
        if other is not None:
            other.ice.forget(address)  # the browser uses its port for another connection now
        self._by_address[address] = link
        if len(self._by_address) > len(self._links) * ice.MOST_PATHS:
            self._by_address = {one: owner for one, owner in self._by_address.items() if owner.ice.allows(one)}

    def _settle(self, link: BrowserLink, reason: CloseReason | None) -> None:
        if reason is not None:
            self._forget(link)
            self._events.append(Closed(link.leg, reason, link.failure))
        elif link.just_connected():
            self._events.append(Connected(link.leg))

    def _forget(self, link: BrowserLink) -> None:
        self._links.pop(link.leg, None)
        self._by_ufrag.pop(link.ice.credentials.ufrag, None)
        for address in link.ice.addresses:
            if self._by_address.get(address) is link:
                del self._by_address[address]

    def _new_ufrag(self) -> str:
        while True:
            ufrag = self._entropy(4).hex()
            if ufrag not in self._by_ufrag:
                return ufrag


def stream_of(leg: LegId) -> int:
    """The SSRC of what `leg` is sent: always the same, whatever connections it has (RFC 3550 section 8)."""
    return int.from_bytes(hashlib.sha256(leg.encode()).digest()[:4], "big") or 1


def _continues(former: sdp.Offer, offer: sdp.Offer) -> bool:
    """Whether `offer` belongs to the connection of `former`: same session, same certificate."""
    return bool(offer.session) and former.session == offer.session and former.fingerprints == offer.fingerprints
