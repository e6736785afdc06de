"""Agents: presence, occupancy, reservations and handlings."""
