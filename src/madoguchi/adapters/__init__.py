"""The edges. Each folder knows one technology, and none knows another."""
