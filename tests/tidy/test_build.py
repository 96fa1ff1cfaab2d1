"""What is installed is pinned, what starts is built before, and importing does nothing."""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from tests.tidy.tree import ROOT, dotted, files, name, parsed

PINNED = re.compile(r"^([a-z0-9._-]+)==[0-9][\w.+-]* \\$", re.MULTILINE)
ELF = b"\x7fELF"
PROGRAMS = ("pink-kernel", "pink-journal", "pink-launcher", "pink-sim")
# Who may look at the environment: the runner and the supervisor speak with systemd and build
# the environment of the children. Configuration never comes from there.
MAY_READ_ENVIRONMENT = ("pink_actors/runner.py", "pink_actors/supervisor/")
# Prints what an import left behind besides modules.
IMPORT_ALL = """
import os, sys, threading, importlib
# The embedded database starts its engine when it is imported; that is not ours to judge.
import chdb
before = (dict(os.environ), list(sys.path), os.getcwd(), len(os.listdir("/proc/self/fd")))
for module in sys.argv[1:]:
    importlib.import_module(module)
after = (dict(os.environ), list(sys.path), os.getcwd(), len(os.listdir("/proc/self/fd")))
mine = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
print([what for what, a, b in zip(("environment", "path", "folder", "files"), before, after)
       if a != b] + mine)
"""


def test_flaw_h1_every_dependency_is_pinned_and_hashed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = set(project["project"]["dependencies"]) | {"maturin==1.16.0"}
    listed = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    assert {line for line in listed if line and not line.startswith("#")} == wanted
    for source in ("requirements", "requirements-dev"):
        text = (ROOT / f"{source}.txt").read_text("utf-8")
        pinned = PINNED.findall(text)
        asked = (ROOT / f"{source}.in").read_text("utf-8").splitlines()
        names = {line.split("==")[0] for line in asked if re.match("[a-z]", line)}
        assert names <= set(pinned)
        assert text.count("\n    --hash=sha256:") >= len(pinned)
        assert "://" not in text, "the file must name no index"
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))
    for crate, wanted_version in cargo["workspace"]["dependencies"].items():
        one = wanted_version if isinstance(wanted_version, dict) else {"version": wanted_version}
        assert "path" in one or one["version"].startswith("="), crate


def test_flaw_h2_the_programs_are_built_before_anything_starts() -> None:
    for program in PROGRAMS:
        installed = Path(sysconfig.get_path("scripts")) / program
        assert installed.read_bytes()[:4] == ELF
    builders = ("cargo", "rustc", "maturin")
    mentions = [
        f"{name(path)}:{node.lineno}"
        for path in files(".py", under=("pink_actors",))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value in builders
    ]
    assert not mentions


def test_flaw_h16_h17_j11_k20_k21_importing_every_module_changes_nothing(tmp_path: Path) -> None:
    modules = [
        name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for path in files(".py", under=("pink_actors",))
    ]
    # A .env beside the process would be found by whatever loads one.
    (tmp_path / ".env").write_text("BINGX_API_KEY=from-the-folder\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *modules],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_flaw_i18_no_source_changes_where_code_is_loaded_from() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in files(".py", under=("pink_actors", "scripts"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"sys.path", "site.addsitedir"}
    ]
    assert not found


def test_flaw_g16_j14_configuration_never_comes_from_the_environment() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in files(".py", under=("pink_actors",))
        if not name(path).startswith(MAY_READ_ENVIRONMENT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
    ]
    assert not found


def test_flaw_h21_no_browser_code_is_linked_into_native_programs() -> None:
    packages = ("pink_kernel_actor", "pink_journal", "pink_launcher", "pink_native")
    command = ["cargo", "tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"]
    for package in packages:
        command += ["--package", package]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ
    )
    assert "pink_kernel " in listed.stdout
    assert not re.search(r"^(wasm-bindgen|js-sys|web-sys) ", listed.stdout, re.MULTILINE)
