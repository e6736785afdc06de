"""Scripted load: `python -m bench` measures, prints and writes the results."""
