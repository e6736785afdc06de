"""Chats: their lifecycle, messages and attachments."""
