"""Calls: their lifecycle, decisions and effects."""
