"""The build backend: maturin's, after building the native programs that the wheel carries."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import maturin
from maturin import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("pink-kernel", "pink-journal", "pink-launcher", "pink-sim")

Settings = Mapping[str, object]


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the native programs, then the wheel."""
    build_programs()
    return str(maturin.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the native programs, then the editable wheel."""
    build_programs()
    return str(maturin.build_editable(wheel_directory, config_settings, metadata_directory))


def build_programs() -> None:
    """Builds the programs where the links in the wheel's data directory expect them."""
    os.environ.pop("CARGO_TARGET_DIR", None)
    command = ["cargo", "build", "--release", "--locked"]
    for program in PROGRAMS:
        command += ["--bin", program]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
