"""Turns a row of the table into the launcher's words and a scrubbed environment."""

import os
import sys
from pathlib import Path

import pink_actors
from pink_actors.config import Config
from pink_actors.shm_layout import Writer
from pink_actors.supervisor.children import Child, program

SHM_DIR = Path("/dev/shm")
# What any program needs to be loaded and to know the time and its machine.
SYSTEM = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/pki",
    "/etc/resolv.conf",
    "/etc/ssl",
    "/etc/timezone",
    "/proc/self",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/proc/sys/kernel/random/boot_id",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/dev/urandom",
)
ENVIRONMENT_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


def object_path(instance: str, writer: Writer) -> Path:
    """Where the system shows a segment as a file."""
    return SHM_DIR / f"pink.{instance}.{writer.name.lower()}"


def lock_path(config: Config, writer: Writer) -> Path:
    """The file on which the segment's writer holds its lock."""
    return config.run_dir / f"{writer.name.lower()}.lock"


def launcher_words(child: Child, config: Config) -> list[str]:
    """`pink-launcher` with the rights of this child, up to and without the `--`."""
    words = [program("pink-launcher"), "--report", "--nofile", str(child.nofile)]
    if not child.outlives:
        words += ["--parent", str(os.getpid())]
    if config.supervisor.sandbox == "off":
        return [*words, "--no-landlock"]
    rights = child.rights(config)
    for path in _readable(config, rights.python) + rights.read:
        words += ["--read", str(path)]
    if rights.python:
        # The import system lists this directory to find the package in it.
        words += ["--list", str(Path(pink_actors.__file__).parent.parent)]
    if child.writer is not Writer.NONE:
        words += ["--write-file", str(object_path(config.instance.name, child.writer))]
        words += ["--write-file", str(lock_path(config, child.writer))]
    for path in rights.write_dirs:
        words += ["--write-dir", str(path)]
    for port in rights.bind:
        words += ["--bind", str(port)]
    for port in rights.connect:
        words += ["--connect", str(port)]
    return words


def _readable(config: Config, python: bool) -> tuple[Path, ...]:
    paths = [Path(path) for path in SYSTEM]
    paths += [SHM_DIR, config.run_dir, Path(program("pink-kernel")).parent]
    if python:
        paths += [Path(sys.prefix), Path(sys.base_prefix), Path(pink_actors.__file__).parent]
    return tuple(dict.fromkeys(path for path in paths if path.exists()))


def environment(child: Child, config: Config) -> dict[str, str]:
    """Built from a list of what is kept: nothing of the operator's shell leaks in."""
    kept = {name: os.environ[name] for name in ENVIRONMENT_KEPT if name in os.environ}
    kept |= {"HOME": str(config.directory), "TMPDIR": str(config.tmp_dir)}
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    if child.writer is Writer.POLICY and config.policy.path:
        kept["PYTHONPATH"] = config.policy.path
    return kept
