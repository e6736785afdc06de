"""Use cases: what a person would say. Between the owners and the edges."""
