"""No file and no line says what only one machine, or nobody, can use."""

import re

from tests.tidy.tree import ROOT, files, name

# A name that says nothing about the subject gathers everything.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"} | {
    "manager",
    "handler",
    "impl",
}
# Written with classes of one character so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"/wor[k]/|/roo[t]/|/hom[e]/\w+/|/tm[p]/pink"),
    "a host of a package registry": re.compile(r"pyp[i]\.org|crate[s]\.io\b|artifactor[y]"),
    "work put off": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]:)"),
}
# Cargo writes its registry's name into the lock file.
WRITTEN_BY_TOOLS = {"Cargo.lock", "requirements.txt", "requirements-dev.txt"}
FORMER_COPIES = (".bak", ".orig", ".old", ".rej", ".save")


def test_file_names_say_their_subject() -> None:
    empty = [name(path) for path in files() if path.stem.lower() in EMPTY_NAMES]
    assert not empty


def test_nothing_refers_to_one_machine_or_to_later() -> None:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name not in WRITTEN_BY_TOOLS]
    found = []
    for path in [*top, *files()]:
        if path.suffix in {".so", ".xz"} or path.name == ".setup.lock":
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found += [
                f"{name(path)}:{number}: {what}"
                for what, pattern in FORBIDDEN.items()
                if pattern.search(line)
            ]
    assert not found


def test_flaw_l12_no_former_copy_of_a_source_lies_about() -> None:
    copies = [name(path) for path in files() if path.name.endswith(("~", *FORMER_COPIES))]
    assert not copies


def test_every_script_is_executable_and_explains_itself() -> None:
    for path in (ROOT / "scripts").iterdir():
        if path.is_file() and not path.suffix:
            text = path.read_text("utf-8")
            assert path.stat().st_mode & 0o111, name(path)
            assert text.startswith("#!/usr/bin/env bash\n# "), name(path)
            assert "set -euo pipefail" in text, name(path)
