"""What is wrong with live interactions, and what helps: pure rules over their present state."""
