"""Madoguchi: a contact-centre platform."""
