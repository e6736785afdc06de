"""A thin SIP user agent: transactions, dialogs, digest, registrar."""
