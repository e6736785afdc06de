"""SMPP 3.4, by which carriers have texts exchanged in bulk."""
