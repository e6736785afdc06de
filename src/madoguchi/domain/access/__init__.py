"""Who may do what: users, roles, permissions, sessions."""
