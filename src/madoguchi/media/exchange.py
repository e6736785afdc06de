"""A worker's whole media plane: orders change it, and every tick moves 20 ms of sound through it.

A tick is: take in packets, see what everybody says, mix, play, record, send. Between ticks it only takes orders.
"""

import time
from collections.abc import Callable
from typing import Final

from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import LegId, PlaybackId, RecordingId
from madoguchi.media import codecs, g711, rtp
from madoguchi.media.bridges import Bridges
from madoguchi.media.browsers import BrowserLine, Browsers
from madoguchi.media.intake import Intake
from madoguchi.media.legs import NEVER, Leg, LegTable
from madoguchi.media.lines import PhoneLine, PhoneLines
from madoguchi.media.outlet import Outlet
from madoguchi.media.player import Player
from madoguchi.media.protocol import (
    BrowserClosed,
    BrowserConnected,
    DigitsHeard,
    MediaBack,
    MediaEvent,
    MediaLost,
    MediaRefusedError,
    PlaybackEnded,
    RecordingEnded,
    Refusal,
    RtpEndpoint,
    RtpSettings,
    SoundFile,
    WorkerSettings,
)
from madoguchi.media.recorder import Recorder
from madoguchi.media.webrtc.events import AgreedAudio
from madoguchi.media.webrtc.sdp import BadSdpError

TICK_S: Final = 0.02
LAWS: Final = {"PCMU": g711.MU, "PCMA": g711.A}
_LOST_CHECK_TICKS: Final = 5
_NTP_EPOCH_S: Final = 2_208_988_800
_CNAME: Final = "madoguchi"


def ticks(seconds: float) -> int:
    """Return how many ticks `seconds` are."""
    return round(seconds / TICK_S)


def gone(leg: LegId) -> MediaRefusedError:
    """Return the refusal for a leg that does not exist (any more)."""
    return MediaRefusedError(Refusal("leg_gone", leg))


class Exchange:
    """Legs, bridges, playbacks and recordings of one worker.

    Args:
        settings: addresses, ports and time-outs.
        report: told every fact; from the recordings' thread too, so it must be safe to call from there.
        wall_clock_s: the time of day in seconds since 1970, for sender reports.

    Raises:
        UnavailableError: the browsers' port is taken.
    """

    def __init__(
        self, settings: WorkerSettings, report: Callable[[MediaEvent], None], wall_clock_s: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._report = report
        self._wall_clock_s = wall_clock_s
        self.table = LegTable()
        self.browsers = Browsers(
            self.table, settings.addresses, settings.bind, settings.webrtc_port, tcp=settings.webrtc_tcp
        )
        self.phones = PhoneLines(self.table, settings.bind, settings.rtp_ports)
        self.intake = Intake(self.table, lambda leg, digit: report(DigitsHeard(leg, digit)))
        self.outlet = Outlet(self.table)
        self.player = Player(self.table, lambda playback, completed: report(PlaybackEnded(playback, completed)))
        self.recorder = Recorder(
            self.table, lambda recording, path, span_s: report(RecordingEnded(recording, path, span_s))
        )
        self.bridges = Bridges(self.table, self.player.plays_to)
        self._tick = 0

    # --- Orders ---

    def reserve(self, leg_id: LegId) -> RtpEndpoint:
        """Bind a port for a new phone leg; again for a known one: the same.

        Raises:
            UnavailableError: no port or no row is free.
        """
        known = self.table.by_id.get(leg_id)
        line = known.line if known is not None else self.phones.open()
        if not isinstance(line, PhoneLine):
            raise MediaRefusedError(Refusal("unavailable", f"{leg_id} is a browser leg"))
        if known is None:
            try:
                leg = self.table.add(leg_id, line, ticks(self._settings.phone_lost_s))
            except MadoguchiError:
                line.close()
                raise
            line.leg = leg
            self.outlet.open(leg)
        return RtpEndpoint(self._settings.addresses[0], line.port)

    def connect(self, leg_id: LegId, settings: RtpSettings) -> None:
        """Begin a phone leg's media, or change it; its outgoing stream goes on without a seam.

        Raises:
            MediaRefusedError: the leg was not reserved.
            BadSrtpKeyError: the keys cannot be used.
        """
        leg = self._leg(leg_id)
        if not isinstance(leg.line, PhoneLine):
            raise gone(leg_id)
        leg.line.connect(settings)
        dtmf = {} if settings.dtmf_payload_type is None else {settings.dtmf_payload_type: 8000}
        leg.plain = settings.srtp is None and settings.codec.name in LAWS
        self._agree(leg, settings.codec.name, settings.codec.payload_type, settings.codec.clock_rate, dtmf)
        self._direct(leg, send=settings.send, receive=settings.receive)

    def open_browser(self, leg_id: LegId, offer: str, *, listen_only: bool, now: float) -> str:
        """Make a browser leg, or take a later offer of it; return the answer's SDP.

        Raises:
            MediaRefusedError: the offer cannot be used.
            UnavailableError: no row is free.
        """
        leg = self.table.by_id.get(leg_id)
        if leg is not None and not isinstance(leg.line, BrowserLine):
            raise MediaRefusedError(Refusal("unavailable", f"{leg_id} is a phone leg"))
        try:
            answer, audio = self.browsers.answer(leg_id, offer, listen_only=listen_only, now=now)
        except BadSdpError as error:
            raise MediaRefusedError(Refusal("bad_offer", error.detail)) from error
        if leg is None:
            line = BrowserLine(leg_id, self.browsers)
            try:
                leg = self.table.add(leg_id, line, ticks(self._settings.browser_lost_s))
            except MadoguchiError:
                line.close()
                raise
            self.outlet.open(leg, audio.ssrc)
        elif audio.ssrc != self.outlet.ssrc[leg.slot]:
            # The page was reloaded: another connection takes the leg over, and has yet to connect.
            leg.connected = False
            self.outlet.open(leg, audio.ssrc)
        leg.discards = listen_only
        self._agree_browser(leg, audio)
        return answer

    def set_listen_only(self, leg_id: LegId, *, on: bool) -> None:
        """Discard what a browser leg says, or take it; its connection and our stream to it go on.

        Raises:
            MediaRefusedError: the leg is gone, or is a phone.
        """
        leg = self._leg(leg_id)
        if not isinstance(leg.line, BrowserLine):
            raise MediaRefusedError(Refusal("unavailable", f"{leg_id} is a phone leg"))
        self.browsers.set_listen_only(leg_id, on=on)
        leg.discards = on
        if leg.connected:
            self._direct(leg, send=leg.send, receive=leg.receive)

    def close_leg(self, leg_id: LegId) -> None:
        """Forget a leg, with its playback and recordings; an unknown one is no error."""
        leg = self.table.by_id.get(leg_id)
        if leg is None:
            return
        self.player.stop_leg(leg)
        self.recorder.stop_leg(leg)
        self.outlet.forget(leg)
        self.intake.close(leg)
        leg.line.close()
        self.table.remove(leg)

    def play(self, playback: PlaybackId, leg_id: LegId, sounds: tuple[SoundFile, ...]) -> None:
        """Play to a leg; to one that is gone, the playback is over at once."""
        leg = self.table.by_id.get(leg_id)
        if leg is None:
            self._report(PlaybackEnded(playback, completed=False))
        else:
            self.player.play(playback, leg, sounds)

    def press(self, leg_id: LegId, digits: str) -> None:
        """Press keys towards a leg.

        Raises:
            MediaRefusedError: the leg is gone, or takes no keys.
        """
        leg = self._leg(leg_id)
        if leg.connected and leg.dtmf_type is None:
            raise MediaRefusedError(Refusal("unavailable", f"{leg_id} takes no keypad digits"))
        self.outlet.press(leg, digits)

    def record(
        self, recording: RecordingId, leg_id: LegId, path: str, on_open: Callable[[str], None], *, dual: bool
    ) -> None:
        """Record a leg; `on_open` is told, on another thread, why that failed, or the empty text.

        Raises:
            MediaRefusedError: the leg is gone.
        """
        self.recorder.start(recording, self._leg(leg_id), path, on_open, dual=dual)

    def close(self) -> None:
        """End everything; recordings are on the disk when it returns."""
        self.player.close()
        self.recorder.close()
        for leg in list(self.table):
            self.close_leg(leg.id)
        self.phones.close()
        self.browsers.close()

    # --- The tick ---

    def tick(self, tick: int) -> None:
        """Move 20 ms of sound."""
        self._tick = tick
        now = time.monotonic()
        self.intake.begin(tick)
        self.phones.receive(self.intake, tick)
        self.browsers.receive(self.intake, now)
        self.intake.listen()
        self.bridges.mix()
        self.player.run()
        self.recorder.run()
        self.outlet.send()
        self.browsers.flush()
        self.browsers.run(now, self._browser_fact)
        if tick % _LOST_CHECK_TICKS == 0:
            self._check_losses(now)
        self._send_reports()

    def between(self) -> None:
        """Let browsers that are connecting get on without waiting for the next tick."""
        now = time.monotonic()
        self.browsers.receive(self.intake, now)
        self.browsers.run(now, self._browser_fact)

    def _check_losses(self, now: float) -> None:
        for leg in self.table:
            if not leg.connected:
                continue
            if isinstance(leg.line, BrowserLine):
                patience = self._settings.listener_lost_s if leg.discards else self._settings.browser_lost_s
                silent = self.browsers.silent_s(leg.id, now) > patience
            else:
                silent = leg.receive and self._tick - int(self.table.heard_at[leg.slot]) > leg.lost_after
            if silent and not leg.lost:
                leg.lost = True
                self._report(MediaLost(leg.id))
            elif leg.lost and not silent:
                leg.lost = False
                self._report(MediaBack(leg.id))

    def _send_reports(self) -> None:
        for leg in self.outlet.due_reports(self._tick):
            if isinstance(leg.line, BrowserLine):
                continue
            slot = leg.slot
            reception: tuple[rtp.ReceptionReport, ...] = ()
            ssrc = int(self.table.ssrc[slot])
            if ssrc >= 0:
                sequences = self.intake.sequences
                lost, jitter = sequences.lost_by(slot), int(self.intake.jitter.jitter[slot])
                reception = (rtp.ReceptionReport(ssrc, 0, lost, int(sequences.highest[slot]), jitter),)
            self.outlet.report(leg, self._wall_clock_s() + _NTP_EPOCH_S, _CNAME, reception)

    # --- What orders have in common ---

    def _leg(self, leg_id: LegId) -> Leg:
        leg = self.table.by_id.get(leg_id)
        if leg is None:
            raise gone(leg_id)
        return leg

    def _agree(self, leg: Leg, codec: str, payload_type: int, clock_rate: int, dtmf: dict[int, int]) -> None:
        """Take the outcome of a negotiation; what has not changed goes on undisturbed."""
        changed = (leg.codec, leg.payload_type, leg.clock_rate) != (codec, payload_type, clock_rate)
        leg.payload_type, leg.clock_rate, leg.dtmf = payload_type, clock_rate, dtmf
        if changed:
            if codec in LAWS:
                leg.coder = leg.voice = None
                self.table.law[leg.slot] = LAWS[codec]
            elif codec != leg.codec:
                leg.coder = codecs.coder(codec)
                leg.voice = codecs.PacketVoice(leg.coder)
            leg.codec = codec
            self.table.is_wide[leg.slot] = leg.wide
            self.intake.open(leg)
        self.outlet.change(leg)

    def _agree_browser(self, leg: Leg, audio: AgreedAudio) -> None:
        self._agree(leg, audio.codec, audio.payload_type, audio.clock_rate, dict(audio.dtmf))
        if leg.connected:
            self._direct(leg, send=audio.receives, receive=audio.sends)
        else:
            leg.send, leg.receive = audio.receives, audio.sends
            self.table.changed += 1

    def _direct(self, leg: Leg, *, send: bool, receive: bool) -> None:
        """Let sound flow in these directions."""
        if receive and (not leg.receive or not leg.connected):
            self.table.heard_at[leg.slot] = self._tick  # the time-out begins when sound may come
        leg.send, leg.receive, leg.connected = send, receive, True
        fast = receive and not leg.discards
        self.table.payload_type[leg.slot] = leg.payload_type if fast else -1
        if leg.lost and not receive:
            leg.lost = False
        self.table.changed += 1

    def _browser_fact(self, fact: BrowserConnected | BrowserClosed) -> None:
        leg = self.table.by_id.get(fact.leg)
        if leg is None:
            return
        if isinstance(fact, BrowserConnected):
            self._direct(leg, send=leg.send, receive=leg.receive)
        else:
            leg.connected = False
            self.table.heard_at[leg.slot] = NEVER
            self.table.changed += 1
        self._report(fact)
