"""Which statements the read-only port answers."""

from __future__ import annotations

import pytest

from pink_actors.persistence.query_guard import STATEMENT_BYTES_MAX, refusal

ANSWERED = (
    "SELECT 1",
    "  select * from pink.transitions where text = 'into outfile' limit 3 ;",
    "-- a comment; with a semicolon\nSELECT 1",
    "/* INSERT */ WITH 1 AS x SELECT x",
    "SHOW TABLES FROM pink",
    "DESCRIBE TABLE pink.fill_events",
    "EXISTS pink.transitions",
    "EXPLAIN SELECT 1",
    'SELECT `outfile`, "infile" FROM t FORMAT JSON',
    "SELECT 'it''s; fine', $$;$$",
)
REFUSED = (
    "",
    "INSERT INTO pink.transitions (seq) VALUES (1)",
    "/**/insert into t values (1)",
    "DROP TABLE pink.transitions",
    "SET readonly = 0",
    "KILL QUERY WHERE 1",
    "SYSTEM SHUTDOWN",
    "SELECT 1; DROP TABLE t",
    "SELECT 1 INTO OUTFILE '/var/tmp/x'",
    "SELECT 1 INTO /* quiet */ oUtFiLe '/var/tmp/x'",
    "SELECT * FROM t FROM INFILE '/etc/passwd'",
    "SELECT 'unfinished",
    "SELECT 1 /* unfinished",
    "(SELECT 1); SELECT 2",
)


@pytest.mark.parametrize("statement", ANSWERED)
def test_a_statement_that_reads_is_answered(statement: str) -> None:
    assert refusal(statement) == ""


@pytest.mark.parametrize("statement", REFUSED)
def test_a_statement_that_does_anything_else_is_refused_with_a_reason(statement: str) -> None:
    assert refusal(statement) != ""


def test_a_statement_is_bounded() -> None:
    assert refusal(f"SELECT '{'x' * STATEMENT_BYTES_MAX}'") != ""
