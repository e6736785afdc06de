"""What every layer may use: ids, time, errors and state machines. No domain in it, no I/O."""
