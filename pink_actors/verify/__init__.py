"""Compares venue ledger, journal, final slots and ClickHouse, sharing no code with any of them."""
