"""The ledger of flaws and the tests that name them say the same."""

import re
import tomllib
from collections import Counter

from tests.tidy.ledger import FLAWS_COUNT, KINDS, REASON_OF, ROW, named_by_tests, rows, synced
from tests.tidy.tree import ROOT

SERIES = {"A": 15, "T": 9, "E": 26, "F": 30, "G": 36, "H": 22, "I": 22, "J": 16, "K": 23} | {
    "L": 16,
    "M": 18,
    "N": 10,
    "O": 11,
}
SEVERITIES = {"Critical": 20, "High": 72, "Medium": 78, "Low": 65, "Info": 19}


def test_the_ledger_holds_every_flaw_once() -> None:
    ledger = rows()
    expected = {f"{letter}{n}" for letter, last in SERIES.items() for n in range(1, last + 1)}
    assert set(ledger) == expected
    assert len(ledger) == FLAWS_COUNT
    assert Counter(row.severity for row in ledger.values()) == SEVERITIES


def test_each_row_is_complete() -> None:
    for flaw, row in rows().items():
        assert row.by in KINDS, flaw
        assert len(row.title) > 20 and row.title.endswith("."), flaw
        given = {field for field in ("rule", "why") if getattr(row, field)}
        wanted = {REASON_OF[row.by]} if row.by in REASON_OF else set()
        assert given == wanted, f"{flaw}: by {row.by!r} needs {wanted or 'no reason'}"


def test_a_row_is_kept_by_a_test_exactly_if_a_test_names_it() -> None:
    ledger, tested = rows(), named_by_tests()
    unknown = {flaw: places for flaw, places in tested.items() if flaw not in ledger}
    assert not unknown, f"tests name flaws that the ledger does not have: {unknown}"
    said = {flaw for flaw, row in ledger.items() if row.by == "test"}
    assert said == set(tested), "run scripts/flaws --sync and read what it changes"


def test_each_lint_that_keeps_a_flaw_out_is_switched_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))
    chosen = tuple(project["tool"]["ruff"]["lint"]["select"])
    ignored = tuple(project["tool"]["ruff"]["lint"].get("ignore", ()))
    for flaw, row in rows().items():
        if row.by != "lint":
            continue
        tool, rule = row.rule.split(":")
        if tool == "ruff":
            assert rule.startswith(chosen) and rule not in ignored, flaw
        elif tool == "mypy":
            disabled = project["tool"]["mypy"].get("disable_error_code", ())
            assert project["tool"]["mypy"]["strict"] and rule not in disabled, flaw
        else:
            assert rule in cargo["workspace"]["lints"][tool], flaw


def test_syncing_follows_the_tests_in_both_directions() -> None:
    text = (
        'A1 = { severity = "High", layer = "X", by = "gone", why = "none", title = "One." }\n'
        'A2 = { severity = "Low", layer = "X", by = "test", title = "Two." }\n'
        'A3 = { severity = "Low", layer = "X", by = "open", title = "Three." }\n'
    )
    after, changed = synced(text, {"A1"})
    assert tomllib.loads(after)["A1"] == {
        "severity": "High",
        "layer": "X",
        "by": "test",
        "title": "One.",
    }
    assert tomllib.loads(after)["A2"]["by"] == "open"
    assert changed == ["A1: gone -> test", "A2: test -> open"]
    assert all(re.match(ROW, line) for line in after.splitlines())
