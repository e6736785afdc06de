"""A 2xx to an INVITE, repeated until its ACK comes (RFC 3261 section 13.3.1.4)."""

from collections.abc import Callable

from madoguchi.adapters.voice.embedded.sip.timers import Timer, Timers, Timing


class Unconfirmed:
    """Repeats an answer, over connections too, because a proxy on the way may use UDP."""

    def __init__(self, cseq: int, offered: bool) -> None:  # noqa: FBT001 - says what it is at its one call
        self.cseq = cseq
        self.offered = offered
        """Whether our answer held an offer, so that the ACK must bring the answer to it."""
        self._repeat: Timer | None = None
        self._limit: Timer | None = None

    def start(self, timers: Timers, timing: Timing, send: Callable[[], None], give_up: Callable[[], None]) -> None:
        """Call `send` again and again, and `give_up` when no ACK comes in 64*T1."""

        def repeat_in(gap_s: float) -> None:
            def repeat() -> None:
                send()
                repeat_in(min(2 * gap_s, timing.t2_s))

            self._repeat = timers.after(gap_s, repeat)

        self._limit = timers.after(timing.limit_s, give_up)
        repeat_in(timing.t1_s)

    def stop(self) -> None:
        """The ACK has come."""
        for timer in (self._repeat, self._limit):
            if timer is not None:
                timer.cancel()
