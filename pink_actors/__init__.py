"""PINK's Python processes; each package below is one actor or one edge of the system."""
