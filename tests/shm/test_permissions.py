"""Who may open a segment: its owner to write, its readers to read, anybody else not at all."""

import errno
import faulthandler
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pink_actors import _native
from pink_actors._native import AttachRefused
from pink_actors.shm import Reader
from pink_actors.shm_layout import PROBE_CELLS, Probe256, Writer
from tests.shm.conftest import Pair

NOBODY = 65534


def in_child(work: Callable[[], int]) -> int:
    """The exit code, or minus the signal, of a forked child that does `work`."""
    child = os.fork()
    if child == 0:
        code = 255
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def opening(path: Path, flags: int, uid: int | None = None, gid: int = NOBODY) -> int:
    """The errno of opening the file, as another user if one is given; 0 if it opened."""

    def work() -> int:
        if uid is not None:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        try:
            os.close(os.open(path, flags))
        except OSError as error:
            return error.errno or 255
        return 0

    return in_child(work)


def test_flaw_i16_another_user_can_neither_read_nor_write_a_private_segment(pair: Pair) -> None:
    path = pair.path(Writer.PROBE_A)
    assert opening(path, os.O_RDWR) == 0, "its owner can"
    assert path.stat().st_mode & 0o777 == 0o600
    if os.geteuid() == 0:
        assert opening(path, os.O_RDWR, NOBODY) == errno.EACCES
        assert opening(path, os.O_RDONLY, NOBODY) == errno.EACCES


def test_flaw_i16_a_group_member_reads_a_shared_segment_and_cannot_write_it(
    instance: str, tmp_path: Path
) -> None:
    _native.create_segment(instance, Writer.PROBE_A, str(tmp_path), 0o640)
    path = Path(f"/dev/shm/pink.{instance}.probe_a")
    try:
        group = path.stat().st_gid
        if os.geteuid() == 0:
            assert opening(path, os.O_RDONLY, NOBODY, group) == 0, "the positive control"
            assert opening(path, os.O_RDWR, NOBODY, group) == errno.EACCES
            assert opening(path, os.O_RDONLY, NOBODY) == errno.EACCES
        assert path.stat().st_mode & 0o777 == 0o640, "whatever the umask says"
    finally:
        _native.unlink_segment(instance, Writer.PROBE_A)


def test_flaw_i16_an_object_of_a_stranger_is_refused_by_name(pair: Pair) -> None:
    path = pair.path(Writer.PROBE_A)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
        with pytest.raises(AttachRefused, match=f"belongs to user {NOBODY}"):
            pair.reader(Writer.PROBE_A)
        os.chown(path, 0, 0)
    path.chmod(0o666)
    with pytest.raises(AttachRefused, match="has mode 0666"):
        pair.reader(Writer.PROBE_A)
    path.chmod(0o600)
    assert pair.reader(Writer.PROBE_A).header().writer == Writer.PROBE_A


def test_a_forked_child_cannot_write_through_its_parents_mapping(pair: Pair) -> None:
    own = pair.own(Writer.PROBE_A)
    reader = pair.reader(Writer.PROBE_A)
    record = Probe256.zero()._replace(number=1)
    own.write(PROBE_CELLS, record)

    def write_again() -> int:
        faulthandler.disable()  # The crash is what is asked for.
        own.write(PROBE_CELLS, record._replace(number=2))
        return 0

    assert in_child(write_again) == -signal.SIGSEGV
    assert reader.read(PROBE_CELLS).number == 1
    own.write(PROBE_CELLS, record._replace(number=3))
    assert reader.read(PROBE_CELLS).number == 3, "the parent's mapping is untouched"


def test_flaw_i17_a_reader_offers_nothing_that_writes(pair: Pair) -> None:
    names = {name for name in dir(_native.Segment) if not name.startswith("_")}
    assert names == {
        "attach", "attach_file", "cursor", "follow", "generation", "header", "read", "replaced",
        "stream_id", "tail",
    }  # fmt: skip
    reader = pair.reader(Writer.PROBE_A)
    line = next(
        line
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines()
        if f"pink.{pair.instance}.probe_a" in line
    )
    assert " r--s " in line, "the page itself refuses a store"
    with pytest.raises(AttributeError):
        reader.read(PROBE_CELLS).number = 5  # type: ignore[misc]


def test_flaw_j9_a_segment_that_is_not_there_says_so(instance: str) -> None:
    with pytest.raises(AttachRefused, match=r"does not exist: is the instance up\?"):
        Reader.attach(instance, Writer.KERNEL)
