"""Files that are generated stand as their source says."""

import subprocess

from tests.tidy.tree import GENERATED, ROOT


def test_generated_files_match_the_layout() -> None:
    checked = subprocess.run(
        [ROOT / "scripts" / "gen", "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_generated_files_say_so_at_the_top() -> None:
    for path in GENERATED:
        head = "\n".join((ROOT / path).read_text("utf-8").splitlines()[:3])
        assert "enerated" in head and "layout.toml" in head, path
