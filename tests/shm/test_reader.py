"""The reader in plain Python beside the extension: same memory, same answers, no way to write."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors import _native
from pink_actors.shm import Own, Reader
from pink_actors.shm_layout import CHILDREN, CONTROLS, TREE, Writer
from shm_layout.reader import RefusedError, SegmentReader

MODE = 0o600
WRITERS = (Writer.SUPERVISOR, Writer.KERNEL)


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def segments(instance: str, run_dir: Path) -> Iterator[str]:
    """The supervisor's segment and its consumer's, created as a tree creates them."""
    for writer in WRITERS:
        _native.create_segment(instance, writer, str(run_dir), MODE)
    yield instance
    for writer in WRITERS:
        _native.unlink_segment(instance, writer)


def test_flaw_f30_both_readers_give_the_same_records(segments: str, run_dir: Path) -> None:
    own = Own(_native.OwnSegment.open(segments, Writer.SUPERVISOR, str(run_dir)))
    plain = SegmentReader(segments, Writer.SUPERVISOR)
    bound = Reader.attach(segments, Writer.SUPERVISOR)
    for turn in range(5):
        for index in range(CHILDREN.cell_count):
            child = CHILDREN.record.zero()._replace(pid=turn * 100 + index)
            own.write(CHILDREN, child, index)
            assert plain.read(CHILDREN, index) == bound.read(CHILDREN, index) == child
    assert plain.read(TREE) == bound.read(TREE)
    assert plain.writer().pid == os.getpid()
    plain.close()


def test_flaw_f30_both_readers_give_the_same_messages(segments: str, run_dir: Path) -> None:
    own = Own(_native.OwnSegment.open(segments, Writer.SUPERVISOR, str(run_dir)))
    kernel = Reader.attach(segments, Writer.KERNEL)
    producer = own.producer(CONTROLS, [kernel])
    plain = SegmentReader(segments, Writer.SUPERVISOR)
    following = Reader.attach(segments, Writer.SUPERVISOR).follow(CONTROLS)
    sent = [CONTROLS.record.zero()._replace(ttl_ms_max=n) for n in range(40)]
    for record in sent:
        producer.publish(record)
    assert [message.record for message in following.poll(64)] == sent
    assert [plain.message(CONTROLS, seq) for seq in range(40)] == sent
    assert plain.message(CONTROLS, 40) is None
    plain.close()


def test_flaw_i17_o11_the_reader_maps_memory_that_it_cannot_write(segments: str) -> None:
    plain = SegmentReader(segments, Writer.SUPERVISOR)
    with pytest.raises(TypeError, match="read-only"):
        plain._words[0] = 1
    plain.close()


def test_a_segment_that_is_not_there_is_refused_with_a_question(instance: str) -> None:
    with pytest.raises(RefusedError, match="does not exist: is the instance up"):
        SegmentReader(instance, Writer.KERNEL)


def test_flaw_h20_a_damaged_header_is_refused(segments: str) -> None:
    path = Path("/dev/shm") / f"pink.{segments}.supervisor"
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[40] ^= 1
    with pytest.raises(RefusedError):
        SegmentReader(segments, Writer.SUPERVISOR)


def test_flaw_i16_a_segment_open_to_everybody_is_refused(segments: str) -> None:
    path = Path("/dev/shm") / f"pink.{segments}.supervisor"
    path.chmod(0o666)
    with pytest.raises(RefusedError, match="open to everybody"):
        SegmentReader(segments, Writer.SUPERVISOR)
