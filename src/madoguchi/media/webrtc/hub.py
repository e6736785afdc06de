"""All browser audio legs of a media worker behind one UDP port, without any I/O.

The worker owns the socket and the clock. In every tick it feeds what has arrived and sends what the hub hands out:

    hub = BrowserHub(["192.0.2.10"], 10000)
    answer, audio = hub.answer(leg, offer, listen_only=False, now=now)
    for data, address in arrived:                       # the socket's datagrams
        for leg, packet in hub.receive(data, address, now):
            ...                                         # `packet` is plain RTP; DTMF has a payload type of audio.dtmf
    sealed = hub.send_rtp(leg, packet, length, now)     # protects in place; None while there is no way to the browser
    hub.poll(now)                                       # timers; about once a tick, no less than ten times a second
    for data, address in hub.outgoing(): ...            # STUN, DTLS and RTCP to be sent
    for event in hub.events(): ...                      # Connected, Closed
    hub.heard_at(leg)                                   # when the browser was last heard, for MediaLost

`now` is in seconds on any monotonic clock. Nothing blocks, nothing raises but `answer`.
"""
