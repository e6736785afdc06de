"""What the embedded voice engine must be told: addresses, ports, trunks, phones and limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from madoguchi.adapters.voice.embedded.sip.timers import Timing


@dataclass(frozen=True)
class Trunk:
    """A carrier, or another exchange, that calls come from and go to.

    What it says about a caller (P-Asserted-Identity, headers) is believed, when a call comes from one of its
    `networks` or with its password.
    """

    name: str
    host: str
    """Where calls go to: a host name or an address."""
    port: int = 5060
    transport: str = "UDP"
    user: str = ""
    password: str = ""
    """For both directions: we answer challenges with it, and a call that brings it is believed."""
    networks: Sequence[str] = ()
    """Addresses or networks (`192.0.2.0/28`) that calls come from. Empty: `host`, when that is an address."""
    caller: str = ""
    """The number that outgoing calls come from when the service names none."""
    register: bool = False
    """Whether to register there, for carriers that want to be told where we are."""
    register_s: int = 300
    srtp: bool = False
    """Whether outgoing calls are encrypted (SDES)."""


@dataclass(frozen=True)
class Phone:
    """A phone account: whoever registers with this password is reached by dialling `sip:<user>`."""

    user: str
    password: str
    name: str = ""
    srtp: bool = False


@dataclass(frozen=True)
class EmbeddedVoiceSettings:
    """Everything about the embedded voice engine that an operator decides."""

    sip_host: str = "0.0.0.0"  # noqa: S104 - a telephone exchange is there to be reached
    sip_port: int = 5060
    """UDP and TCP; 0 takes a free one."""
    advertised: str = ""
    """The address by which peers reach us, where that is not this machine's own (behind NAT)."""
    rtp_ports: tuple[int, int] = (20000, 20999)
    webrtc_port: int = 10000
    webrtc_tcp: bool = True
    """Whether browsers may come by TCP too, where a firewall lets no UDP out."""
    media_addresses: Sequence[str] = ()
    """This machine's addresses for browsers and RTP, best first. Empty: found out."""
    workers: int = 1
    """Media worker processes; one per core that may be used."""
    codecs: Sequence[str] = ("PCMU", "PCMA", "G722")
    """For phones and trunks, best first."""
    trunks: Sequence[Trunk] = ()
    """The first one takes the calls to plain numbers."""
    phones: Sequence[Phone] = ()
    realm: str = "madoguchi"
    digest_algorithms: Sequence[str] = ("MD5",)
    """What we ask of phones; add `SHA-256` in front where all phones know it (many give up when they see it)."""
    accept_unknown: bool = True
    """Whether anybody may call in without a password. What unknown callers say about themselves is never believed.
    Turn it off where the SIP port is open to the internet and all calls come by trunks or registered phones."""
    max_legs: int = 500
    invite_rate: float = 20.0
    """New calls a second that one unknown address may make, after a burst of `invite_burst`."""
    invite_burst: float = 40.0
    max_auth_failures: int = 10
    """Wrong passwords after which an address is shut out for `ban_s`."""
    ban_s: float = 60.0
    phone_lost_s: float = 30.0
    browser_lost_s: float = 5.0
    listener_lost_s: float = 8.0
    timing: Timing = field(default_factory=Timing)
