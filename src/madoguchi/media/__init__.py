"""The embedded engine's own parts: legs, mixer, players, recorders, jitter. Knows nothing of queues or agents."""
