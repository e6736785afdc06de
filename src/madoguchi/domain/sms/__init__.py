"""Text messages: what carriers can transport, what words mean, and what is answered."""
