"""Routing: which agents get an offer, and when."""
