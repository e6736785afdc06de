"""Queues: where interactions wait."""
