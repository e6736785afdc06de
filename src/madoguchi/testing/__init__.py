"""Fakes, builders and simulators; shipped."""
