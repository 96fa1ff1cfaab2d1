"""The process tree: starts it, watches it, brings it back, takes it down, answers the operator."""
