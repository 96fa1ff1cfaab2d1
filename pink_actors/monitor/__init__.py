"""Read-only monitors: they map shared memory, write nothing, and may come and go at any time."""
