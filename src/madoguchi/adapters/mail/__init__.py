"""Mail: by SMTP, or not at all."""
