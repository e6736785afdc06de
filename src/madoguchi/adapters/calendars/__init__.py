"""Calendars that others keep: national holidays."""
