"""Pure rules. Imports the kernel only and does no I/O: time, ids and chance are arguments."""
