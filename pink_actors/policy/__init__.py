"""The policy process: runs a strategy and turns its decisions into intents for the kernel."""
