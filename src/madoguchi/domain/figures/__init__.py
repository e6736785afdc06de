"""What the work amounts to: stays in queues, agents' stretches, and the figures made of them."""
