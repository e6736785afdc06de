"""The clock, the ids and the chance of a real run."""
