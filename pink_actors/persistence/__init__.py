"""The persistence actor: outcomes of the kernel become rows in ClickHouse, each exactly once."""
