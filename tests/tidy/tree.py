"""The project's own files, as the tidy tests walk them: no environment, no build output."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("pink_actors", "crates", "shm_layout", "scripts", "tests", ".ci")
GENERATED = ("shm_layout/lib.rs", "shm_layout/LAYOUT.md", "pink_actors/shm_layout.py")
PASSED_OVER = {"__pycache__", "target", "node_modules"}


def files(*suffixes: str, under: tuple[str, ...] = FOLDERS) -> Iterator[Path]:
    """Every file below the named folders with one of the suffixes, or every file if none."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and not PASSED_OVER & set(path.parts):
                if path.suffix != ".so" and (not suffixes or path.suffix in suffixes):
                    yield path


def name(path: Path) -> str:
    """The path as messages show it."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text("utf-8"), filename=name(path))


def dotted(node: ast.expr) -> str:
    """`a.b.c` for an attribute chain or a name, an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            if called:
                yield node.lineno, called


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that the tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, "." * node.level + f"{node.module or ''}.{alias.name}"
