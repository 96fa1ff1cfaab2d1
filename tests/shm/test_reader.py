"""The pure-Python reader against the extension: the same records, the same refusals."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pink_actors.shm_layout import PING_64, PROBE_CELLS, Probe64, Probe256, Writer
from tests.shm.conftest import Pair

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from shm_layout.reader import RefusedError, SegmentReader  # noqa: E402


def test_it_reads_what_the_writer_wrote_while_the_writer_runs(pair: Pair) -> None:
    own = pair.own(Writer.PROBE_A)
    reader = SegmentReader(pair.instance, Writer.PROBE_A)
    native = pair.reader(Writer.PROBE_A)
    for number in range(5):
        record = Probe256.zero()._replace(number=number, text=f"turn {number}")
        own.write(PROBE_CELLS, record, 2)
        assert reader.read(PROBE_CELLS, 2) == record == native.read(PROBE_CELLS, 2)
    own.native.beat(17)
    assert reader.writer().pid == os.getpid() == native.header().pid
    state, heartbeat, progress = reader.live()
    assert (state, progress) == (native.header().state, 17)
    assert heartbeat == native.header().heartbeat_mono_ns
    reader.close()


def test_it_reads_messages_by_their_position(pair: Pair) -> None:
    own = pair.own(Writer.PROBE_A)
    ring = own.producer(PING_64, [pair.reader(Writer.PROBE_B)])
    reader = SegmentReader(pair.instance, Writer.PROBE_A)
    assert reader.message(PING_64, 0) is None
    for number in range(3):
        ring.publish(Probe64(number, 0, (number,) * 6))
    assert reader.tail(PING_64) == 3
    numbers = [reader.message(PING_64, seq) for seq in range(3)]
    assert [record.number for record in numbers if record is not None] == [0, 1, 2]
    assert reader.message(PING_64, 3) is None
    reader.close()


def test_it_refuses_what_the_extension_refuses(pair: Pair) -> None:
    path = pair.path(Writer.PROBE_A)
    whole = path.read_bytes()
    path.chmod(0o644)
    with pytest.raises(RefusedError, match="open to everybody"):
        SegmentReader(pair.instance, Writer.PROBE_A)
    path.chmod(0o600)
    for offset in (0, 8, 12, 16, 24, 60, 100, 256):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :])
        with pytest.raises(RefusedError, match=r"damaged header|is no segment"):
            SegmentReader(pair.instance, Writer.PROBE_A)
    path.write_bytes(whole[:-8])
    with pytest.raises(RefusedError, match="bytes, not"):
        SegmentReader(pair.instance, Writer.PROBE_A)
    path.write_bytes(whole)
    SegmentReader(pair.instance, Writer.PROBE_A).close()
    with pytest.raises(RefusedError, match="does not exist"):
        SegmentReader(pair.instance, Writer.KERNEL)


def test_it_needs_nothing_that_has_to_be_built(pair: Pair, tmp_path: Path) -> None:
    # Two files, the standard library and posix_ipc: copied away from the package they still work.
    package = tmp_path / "elsewhere" / "pink_actors"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", "utf-8")
    for name, target in (("reader.py", package.parent), ("../pink_actors/shm_layout.py", package)):
        source = ROOT / "shm_layout" / name
        (target / source.name).write_text(source.read_text("utf-8"), "utf-8")
    own = pair.own(Writer.PROBE_A)
    own.write(PROBE_CELLS, Probe256.zero()._replace(number=4711), 1)
    script = package.parent / "reader.py"
    command = [sys.executable, str(script), pair.instance, "PROBE_A", "probe_cells"]
    done = subprocess.run(
        command, cwd=package.parent, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 Probe256(number=4711,")
    loaded = "import sys, reader; sys.exit(any('_native' in m for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=package.parent).returncode == 0
