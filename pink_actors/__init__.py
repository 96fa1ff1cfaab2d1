"""PINK: trading decisions executed by separate processes that meet in shared memory."""
