"""The paper venue: a BingX-compatible exchange with its own matching, money and durable ledger."""
