"""A browser leg: ICE-lite, DTLS-SRTP, SDP."""
