"""layout.toml in; lib.rs, records.txt, pink_actors/shm_layout.py and LAYOUT.md out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import emit_markdown
import emit_python
import emit_records
import emit_rust
import schema

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write or check the outputs; each failure names the file and the command to run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if stale")
    parser.add_argument("--root", type=Path, default=ROOT)
    arguments = parser.parse_args()
    root: Path = arguments.root
    try:
        layout = schema.load(root / "shm_layout" / "layout.toml")
    except (schema.LayoutMistake, KeyError, ValueError, TypeError) as error:
        return _fail(f"shm_layout/layout.toml: {error}: correct it, then run scripts/gen")
    outputs = {
        "shm_layout/lib.rs": emit_rust.emit(layout, emit_records.earlier(root / "shm_layout")),
        "shm_layout/records.txt": emit_records.emit(layout),
        "pink_actors/shm_layout.py": emit_python.emit(layout),
        "shm_layout/LAYOUT.md": emit_markdown.emit(layout),
    }
    stale = [name for name, text in outputs.items() if _read(root / name) != text]
    if arguments.check:
        if stale:
            return _fail(f"{', '.join(stale)} do not match shm_layout/layout.toml: run scripts/gen")
        return 0
    for name in stale:
        (root / name).write_text(outputs[name], "utf-8")
        sys.stdout.write(f"wrote {name}\n")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def _fail(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
