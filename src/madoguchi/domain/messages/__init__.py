"""What callers hear and chatters read: texts with variables, per language."""
