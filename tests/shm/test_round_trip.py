"""Records between Python and Rust: the same bytes, the same meaning, in both directions."""

import subprocess

import pytest

from pink_actors import shm_layout
from pink_actors._native import (
    DIGEST_HEX,
    Backpressure,
    BadSize,
    CorruptRecord,
    Lapped,
    NotWriter,
    WriterHeld,
)
from pink_actors.shm import wait_any
from pink_actors.shm_layout import (
    CELLS,
    PING_64,
    PING_256,
    PING_CAST,
    PING_THIRD,
    PONG_256,
    PROBE_CELLS,
    RINGS,
    SLOTS,
    Code,
    MalformedRecord,
    Probe64,
    Probe256,
    Stage,
    Writer,
)
from tests.shm.conftest import Pair
from tests.waiting import wait_until

FULL = Probe256(
    number=(1 << 64) - 2, sent_mono_ns=1 << 63, tiny=255, tiny_signed=-128, small=65_535,
    small_signed=-32_768, stage=Stage.EXIT_CANCELLING, medium=(1 << 32) - 1,
    medium_signed=-(1 << 31), large_signed=-(1 << 63) + 1, code=Code.OVERFILL,
    raw=bytes(range(8)), text="a" * 40, signed=(-(1 << 63), -1, 1, (1 << 63) - 1),
    checks=tuple(range(16)),
)  # fmt: skip


def small(number: int) -> Probe64:
    return Probe64(number, 0, (number,) * 6)


def test_flaw_f30_e5_every_field_crosses_to_rust_and_back_to_the_last_bit(
    pair: Pair, probe: str
) -> None:
    own = pair.own(Writer.PROBE_A)
    other = pair.reader(Writer.PROBE_B)
    pings = own.producer(PING_256, [other])
    records = [FULL, Probe256.zero(), FULL._replace(text="", large_signed=7, number=3)]
    command = [probe, "mirror", pair.instance, str(pair.run_dir), str(len(records))]
    with subprocess.Popen(command) as mirror:
        wait_until(lambda: other.header().state == 2, "the mirror to be ready")
        pongs = own.consumer(other, PONG_256)
        for sent in records:
            pings.publish(sent)
            pings.wake()
            wait_until(lambda: pongs.wait(100), "the answer")
            (answer,) = pongs.poll(1)
            expected = sent._replace(
                number=sent.number + 1,
                large_signed=-sent.large_signed,
                signed=tuple(reversed(sent.signed)),
            )
            assert answer.record == expected
        assert mirror.wait(10) == 0


def test_the_extension_and_the_package_speak_one_layout() -> None:
    assert DIGEST_HEX == shm_layout.DIGEST_HEX


def test_flaw_h6_an_unknown_code_is_refused_by_name_in_python_and_rust(
    pair: Pair, probe: str
) -> None:
    data = bytearray(FULL.encode())
    data[22] = 200  # the stage
    with pytest.raises(MalformedRecord, match="Probe256: unknown code 200"):
        Probe256.decode(bytes(data))
    own = pair.own(Writer.PROBE_A)
    pings = own.producer(PING_256, [pair.reader(Writer.PROBE_B)])
    pings.native.publish(bytes(data))
    command = [probe, "mirror", pair.instance, str(pair.run_dir), "1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 1
    assert "Probe256.stage holds 200, which is no value of it" in ended.stderr


def test_what_no_record_can_hold_is_refused_before_it_is_sent() -> None:
    for change in (
        {"tiny": 256}, {"number": -1}, {"large_signed": 1 << 63}, {"text": "a" * 41},
        {"text": "ä"}, {"text": "a\0b"}, {"raw": b"1234567"}, {"checks": (1,)},
    ):  # fmt: skip
        with pytest.raises(MalformedRecord, match="Probe256"):
            FULL._replace(**change).encode()
    with pytest.raises(MalformedRecord, match="255 bytes, not 256"):
        Probe256.decode(FULL.encode()[1:])


def test_every_record_of_every_region_is_itself_again_after_a_round_trip() -> None:
    sizes = [(region.record, region.record_size) for region in CELLS]
    sizes += [(region.record, region.record_size) for region in RINGS]
    for record, size in sizes:
        data = record.zero().encode()
        assert len(data) == size
        assert record.decode(data) == record.zero()


def test_flaw_h9_a_region_or_record_that_is_not_the_segments_is_refused(pair: Pair) -> None:
    own = pair.own(Writer.PROBE_A)
    with pytest.raises(BadSize, match=r"probe_cells: no element 4"):
        own.write(PROBE_CELLS, Probe256.zero(), PROBE_CELLS.cell_count)
    with pytest.raises(BadSize):
        own.native.write(PROBE_CELLS.id, 0, bytes(64))
    with pytest.raises(NotWriter, match="slots"):
        own.read(SLOTS)
    with pytest.raises(BadSize, match="no region has id 9999"):
        own.native.write(9999, 0, bytes(64))


def test_all_cells_of_a_region_are_new_where_they_were_written_and_kept_where_not(
    pair: Pair,
) -> None:
    own = pair.own(Writer.PROBE_A)
    reader = pair.reader(Writer.PROBE_A)
    blank = reader.read_all(PROBE_CELLS)
    assert blank == [Probe256.zero()] * PROBE_CELLS.cell_count
    for number in range(3):
        record = Probe256.zero()._replace(number=number, text=f"turn {number}")
        own.write(PROBE_CELLS, record, 2)
        seen = reader.read_all(PROBE_CELLS)
        assert seen == [blank[0], blank[1], record, blank[3]]
        assert seen[1] is blank[1], "what nobody wrote is not read again"


def test_flaw_j10_the_second_writer_is_told_who_the_first_is(pair: Pair) -> None:
    first = pair.own(Writer.PROBE_A)
    with pytest.raises(WriterHeld, match=f"held by process {first.native.header().pid}"):
        pair.own(Writer.PROBE_A)


def test_flaw_f12_k8_a_full_ring_refuses_and_goes_on_when_the_reader_releases(pair: Pair) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_THIRD, [pair.reader(Writer.PROBE_B)])
    reading = sink.consumer(pair.reader(Writer.PROBE_A), PING_THIRD)
    for number in range(PING_THIRD.capacity):
        assert ring.publish(small(number)) == number
    with pytest.raises(Backpressure, match="consumer 9 has released 0, tail is 16"):
        ring.publish(small(99))
    assert [message.record.number for message in reading.poll(100)] == list(range(16))
    assert ring.free() == 0
    reading.release(5)
    assert ring.free() == 5
    assert ring.publish(small(16)) == 16


def test_a_lapped_reader_gets_its_gap_once_and_goes_on(pair: Pair) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_CAST, [pair.reader(Writer.PROBE_B)])
    reading = sink.consumer(pair.reader(Writer.PROBE_A), PING_CAST)
    for number in range(200):
        ring.publish(small(number))
    with pytest.raises(Lapped) as gap:
        reading.poll(10)
    rest = [message.seq for message in reading.poll(1000)]
    assert (gap.value.lost_from, gap.value.lost_to) == (0, rest[0])
    assert rest == list(range(rest[0], 200))
    assert pair.reader(Writer.PROBE_B).native.cursor(PING_CAST.id)[2] == rest[0]


def test_flaw_h20_a_record_with_a_code_of_nobody_is_a_coded_error(pair: Pair) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_256, [pair.reader(Writer.PROBE_B)])
    reading = sink.consumer(pair.reader(Writer.PROBE_A), PING_256)
    data = bytearray(FULL.encode())
    data[22] = 200
    ring.native.publish(bytes(data))
    with pytest.raises(CorruptRecord, match=r"ping_256\[0\]: Probe256: unknown code 200"):
        reading.poll(1)


def test_a_wait_on_several_rings_sees_the_one_that_has_something(pair: Pair) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    other = pair.reader(Writer.PROBE_A)
    ring = source.producer(PING_64, [pair.reader(Writer.PROBE_B)])
    readings = [sink.consumer(other, PING_THIRD), sink.consumer(other, PING_64)]
    assert not wait_any(readings, 5)
    ring.publish(small(1))
    assert wait_any(readings, 100)
    assert [reading.ready() for reading in readings] == [False, True]
