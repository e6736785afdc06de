"""Consumers: the people who contact us."""
