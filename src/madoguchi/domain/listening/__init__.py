"""Who listened to whom: the ledger of supervision."""
