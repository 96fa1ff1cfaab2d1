"""The Rust crates keep the workspace's rules: its lints, its versions, unsafe code in one place."""

import re
import tomllib
from pathlib import Path

from tests.tidy.tree import ROOT, files, name

MANIFESTS = [ROOT / "shm_layout" / "Cargo.toml", *sorted((ROOT / "crates").glob("*/Cargo.toml"))]
MAY_BE_UNSAFE = "crates/zinc/"
UNSAFE = re.compile(r"^(?!\s*//).*\bunsafe\s*(?:\{|fn\b|impl\b|extern\b)", re.MULTILINE)
LIFTED = re.compile(r"#!?\[(?:allow|expect)\([^)]*\bunsafe_code\b")
LINES_PER_TEST_MAX = 80
DEPENDENCIES = ("dependencies", "dev-dependencies", "build-dependencies")


def manifest(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


def test_flaw_n1_unsafe_code_is_written_in_zinc_only() -> None:
    lints = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["workspace"]["lints"]
    assert lints["rust"]["unsafe_code"] == "deny"
    outside = [path for path in files(".rs") if not name(path).startswith(MAY_BE_UNSAFE)]
    for path in outside:
        text = path.read_text("utf-8")
        assert not UNSAFE.search(text) and not LIFTED.search(text), name(path)
    for path in MANIFESTS:
        table = manifest(path).get("lints")
        assert isinstance(table, dict), name(path)
        # A crate with stricter lints of its own writes them all: Cargo does not mix the two.
        assert table.get("workspace") or table["rust"]["unsafe_code"] == "forbid", name(path)


def test_the_kernel_can_reach_nothing_but_its_input() -> None:
    text = (ROOT / "crates" / "pink_kernel" / "src" / "lib.rs").read_text("utf-8")
    assert "no_std" in text
    assert "#![forbid(unsafe_code)]" in text
    depends = manifest(ROOT / "crates" / "pink_kernel" / "Cargo.toml").get("dependencies", {})
    assert isinstance(depends, dict)
    assert set(depends) <= {"shm_layout"}


def test_flaw_i4_the_kernel_is_tested_in_its_own_language() -> None:
    source = sorted((ROOT / "crates" / "pink_kernel" / "src").rglob("*.rs"))
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in source)
    tests = sum(
        path.read_text("utf-8").count("#[test]")
        for path in files(".rs", under=("crates/pink_kernel",))
    )
    assert tests * LINES_PER_TEST_MAX >= lines, f"{tests} tests for {lines} lines"


def test_every_dependency_has_the_version_of_the_workspace() -> None:
    own = []
    for path in MANIFESTS:
        tables = [manifest(path)]
        targets = tables[0].get("target", {})
        assert isinstance(targets, dict)
        tables += targets.values()
        for table in tables:
            for kind in DEPENDENCIES:
                entries = table.get(kind, {})
                assert isinstance(entries, dict)
                for crate, entry in entries.items():
                    if not (isinstance(entry, dict) and entry.get("workspace")):
                        own.append(f"{name(path)}: {crate}")
    assert not own
