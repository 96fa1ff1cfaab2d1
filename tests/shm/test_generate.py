"""The generator: what it refuses, what the digest covers, and that its outputs are fresh."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = """\
version = 1
[[enum]]
name = "Writer"
repr = "u8"
values = [["NONE", 0, ""], ["LEFT", 1, ""], ["RIGHT", 2, ""]]
[[record]]
name = "Thing"
doc = "A thing."
size = 16
fields = [["kind", "Writer", ""], ["reserved_0", "u8[7]", ""], ["value", "i64", "its value"]]
[[segment]]
name = "left"
writer = "LEFT"
[[segment]]
name = "right"
writer = "RIGHT"
[[region]]
name = "things"
segment = "left"
shape = "cells"
record = "Thing"
count = 3
[[region]]
name = "news"
segment = "left"
shape = "ring"
kind = "lossless"
record = "Thing"
capacity = 8
consumers = ["RIGHT"]
"""
RING = 'name = "news"\n'


def generate(root: Path, layout: str, *options: str) -> subprocess.CompletedProcess[str]:
    for folder in ("shm_layout", "pink_actors"):
        (root / folder).mkdir(exist_ok=True)
    (root / "shm_layout" / "layout.toml").write_text(layout, "utf-8")
    command = [sys.executable, str(ROOT / "shm_layout" / "generate.py"), "--root", str(root)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def digest(root: Path) -> str:
    lines = (root / "pink_actors" / "shm_layout.py").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("DIGEST_HEX"))


MISTAKES = {
    "two enums of one name": ('name = "Thing"', 'name = "Writer"', "defined twice"),
    "a gap that nobody named": ('["reserved_0", "u8[7]", ""], ', "", 'put ["reserved_N", "u8[7]"'),
    "a sum that is wrong": ("size = 16", "size = 24", "size says 24, its fields sum to 16"),
    "a code twice": ('["RIGHT", 2, ""]', '["RIGHT", 1, ""]', "code 1 is defined twice"),
    "a code that does not fit": ('["RIGHT", 2, ""]', '["RIGHT", 256, ""]', "does not fit u8"),
    "a type that is not there": ('"i64", "its', '"f64", "its', "unknown type 'f64'"),
    "a field twice": ('["value", "i64"', '["kind", "i64"', "field kind is defined twice"),
    "two segments of one writer": ('writer = "RIGHT"', 'writer = "LEFT"', "defined twice"),
    "a writer that is nobody": ('writer = "RIGHT"', 'writer = "NONE"', "no value of enum Writer"),
    "a segment that is not there": ('segment = "left"', 'segment = "up"', "no segment up"),
    "a capacity that is no power of two": ("capacity = 8", "capacity = 12", "power of two"),
    "a ring that reads itself": ('["RIGHT"]', '["LEFT"]', "LEFT has no segment of its own"),
    "a lossless ring for nobody": ('["RIGHT"]', "[]", "names its consumers"),
    "cells with a capacity": ("count = 3", "capacity = 3", "unknown keys ['capacity']"),
    "an unknown key": ("version = 1", "version = 1\nwidth = 2", "unknown top-level keys"),
    "no version": ("version = 1", "", "version must be an integer"),
    "not TOML": ("version = 1", "version =", "not TOML"),
    "a missing key": ("count = 3", "", "'count'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_the_command_to_run(
    mistake: str, tmp_path: Path
) -> None:
    right, wrong, message = MISTAKES[mistake]
    assert right in SAMPLE
    done = generate(tmp_path, SAMPLE.replace(right, wrong, 1))
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.startswith("shm_layout/layout.toml: ")
    assert done.stderr.endswith("run scripts/gen\n")
    assert not (tmp_path / "shm_layout" / "lib.rs").exists()


def test_the_outputs_are_written_once_and_checked_afterwards(tmp_path: Path) -> None:
    assert generate(tmp_path, SAMPLE, "--check").returncode == 1
    assert generate(tmp_path, SAMPLE).returncode == 0
    assert generate(tmp_path, SAMPLE).stdout == "", "nothing to write"
    assert generate(tmp_path, SAMPLE, "--check").returncode == 0
    stale = tmp_path / "shm_layout" / "LAYOUT.md"
    stale.write_text("by hand", "utf-8")
    done = generate(tmp_path, SAMPLE, "--check")
    assert (done.returncode, stale.read_text("utf-8")) == (1, "by hand")
    expected = "shm_layout/LAYOUT.md do not match shm_layout/layout.toml: run scripts/gen\n"
    assert done.stderr == expected


def test_the_digest_covers_meaning_and_not_prose(tmp_path: Path) -> None:
    generate(tmp_path, SAMPLE)
    first = digest(tmp_path)
    generate(tmp_path, SAMPLE.replace("A thing.", "Something.").replace("its value", "worth"))
    assert digest(tmp_path) == first
    for old, new in (
        ('"value"', '"worth"'), ('"i64"', '"u64"'), ('["RIGHT", 2', '["RIGHT", 3'),
        ("count = 3", "count = 4"), ("capacity = 8", "capacity = 16"), (RING, 'name = "olds"\n'),
        ("version = 1", "version = 2"), ('"lossless"', '"broadcast"'),
    ):  # fmt: skip
        assert generate(tmp_path, SAMPLE.replace(old, new, 1)).returncode == 0
        assert digest(tmp_path) != first, new


def test_the_shape_of_the_journal_covers_fields_and_codes_of_what_is_kept(tmp_path: Path) -> None:
    kept = SAMPLE.replace('name = "Thing"\n', 'name = "Thing"\njournalled = true\n')

    def shape(layout: str) -> str:
        assert generate(tmp_path, layout).returncode == 0
        lines = (tmp_path / "shm_layout" / "lib.rs").read_text("utf-8").splitlines()
        return next(line for line in lines if line.startswith("pub const JOURNAL_SHAPE"))

    first = shape(kept)
    assert shape(kept.replace("A thing.", "Something.")) == first
    assert shape(kept.replace("capacity = 8", "capacity = 16")) == first
    assert shape(SAMPLE) != first, "nothing is kept"
    for old, new in (
        ('"value"', '"worth"'), ('"i64"', '"u64"'), ('["RIGHT", 2', '["RIGHT", 3'),
        ('"RIGHT", 2, ""]', '"RIGHT", 2, ""], ["MIDDLE", 3, ""]'),
    ):  # fmt: skip
        assert shape(kept.replace(old, new, 1)) != first, new


def test_the_rust_output_compiles_and_proves_its_offsets(tmp_path: Path) -> None:
    generate(tmp_path, SAMPLE)
    source = tmp_path / "shm_layout" / "lib.rs"
    command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]
    command += ["--out-dir", str(tmp_path), str(source)]
    assert subprocess.run(command, check=False).returncode == 0
    text = source.read_text("utf-8")
    kind, value = "    pub kind: Writer,\n", "    /// its value\n    pub value: i64,\n"
    assert kind in text and value in text
    source.write_text(text.replace(value, "", 1).replace(kind, value + kind, 1), "utf-8")
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "offset_of!(Thing, kind)" in refused.stderr
