"""The ledger of listening: who listened to which seconds of what, in which mode."""
