"""What agents work with at their desks: dispositions and canned replies."""
