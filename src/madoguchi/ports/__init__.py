"""What the services need from outside, as Protocols. No implementation lives here."""
