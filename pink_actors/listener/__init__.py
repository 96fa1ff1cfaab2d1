"""The process that hears the venue's streams: order events, account hints and market data."""
