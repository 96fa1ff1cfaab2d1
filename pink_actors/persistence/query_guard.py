"""Which SQL the read-only port answers: one statement that reads, by its words alone; pure."""

import re

STATEMENT_BYTES_MAX = 1 << 18
READING = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"})
# The engine's readonly=1 lets INTO OUTFILE write any file of this user, so it is refused here.
FILES = frozenset({"OUTFILE", "INFILE"})
_QUIET = re.compile(
    r"'(?:[^'\\]|\\.|'')*'"
    r'|"(?:[^"\\]|\\.|"")*"'
    r"|`(?:[^`\\]|\\.|``)*`"
    r"|--[^\n]*"
    r"|#[ !][^\n]*"
    r"|/\*.*?\*/"
    r"|\$(\w*)\$.*?\$\1\$",
    re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def refusal(statement: str) -> str:
    """Why the statement is not answered; empty if it is."""
    if len(statement.encode()) > STATEMENT_BYTES_MAX:
        return f"a statement has at most {STATEMENT_BYTES_MAX} bytes"
    bare = _QUIET.sub(" ' ", statement)
    if "/*" in bare or bare.replace(" ' ", "").count("'"):
        return "a quotation or comment does not end"
    if ";" in bare.rstrip().removesuffix(";"):
        return "one statement at a time"
    words = [word.upper() for word in _WORD.findall(bare)]
    if not words or words[0] not in READING:
        return f"only {', '.join(sorted(READING))} are answered here"
    if FILES.intersection(words):
        return "this port reads no file and writes none"
    return ""
