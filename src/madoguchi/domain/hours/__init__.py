"""When the centre is open: general and custom hours, holidays, and why."""
