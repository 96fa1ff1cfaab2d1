"""Every record of the layout: what is written is read back, what is unknown is refused by name."""

import random
from enum import IntEnum

import pytest

from pink_actors.shm_layout import CELLS, RINGS, MalformedRecord, Record

KINDS: dict[str, type[Record]] = {cells.record.__name__: cells.record for cells in CELLS} | {
    ring.record.__name__: ring.record for ring in RINGS
}
SEED = 20260531
ROUNDS = 50


def fields_of(kind: type[Record]) -> list[object]:
    zero = kind.zero()
    assert isinstance(zero, tuple)
    return list(zero)


def built(kind: type[Record], fields: list[object]) -> Record:
    return kind(*fields)


def fits(kind: type[Record], fields: list[object]) -> bool:
    try:
        built(kind, fields).encode()
    except MalformedRecord:
        return False
    return True


def filled(kind: type[Record], dice: random.Random) -> Record:
    """A record whose fields all hold something, as wide as each of them takes."""
    fields = fields_of(kind)
    for index, value in enumerate(fields):
        choices: list[object] = []
        if isinstance(value, IntEnum):
            choices = [dice.choice(list(type(value)))]
        elif isinstance(value, int):
            choices = [dice.getrandbits(bits) for bits in (63, 31, 15, 7, 1)]
        elif isinstance(value, str):
            choices = ["".join(dice.choice("ABCdef019-") for _ in range(n)) for n in (20, 8, 1)]
        elif isinstance(value, bytes):
            choices = [dice.randbytes(len(value))]
        for choice in choices:
            tried = [*fields[:index], choice, *fields[index + 1 :]]
            if fits(kind, tried):
                fields = tried
                break
    return built(kind, fields)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_record_is_read_as_it_was_written(name: str) -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        record = filled(KINDS[name], dice)
        assert KINDS[name].decode(record.encode()) == record


@pytest.mark.parametrize("name", sorted(KINDS))
def test_flaw_h6_an_unknown_code_is_refused_and_named(name: str) -> None:
    kind = KINDS[name]
    fields = fields_of(kind)
    for index, value in enumerate(fields):
        if not isinstance(value, IntEnum):
            continue
        other = next((code for code in type(value) if code != value), None)
        if other is None:
            continue
        before = kind.zero().encode()
        after = built(kind, [*fields[:index], other, *fields[index + 1 :]]).encode()
        place = next(at for at in range(len(before)) if before[at] != after[at])
        unknown = next(code for code in range(256) if code not in list(type(value)))
        damaged = before[:place] + bytes([unknown]) + before[place + 1 :]
        with pytest.raises(MalformedRecord, match=f"{name}: unknown code .*{unknown}"):
            kind.decode(damaged)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_bytes_of_another_length_are_refused(name: str) -> None:
    whole = KINDS[name].zero().encode()
    for wrong in (b"", whole[:-1], whole + b"\0"):
        with pytest.raises(MalformedRecord, match=name):
            KINDS[name].decode(wrong)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_flaw_f14_i17_o11_a_record_cannot_be_changed_and_has_no_other_fields(name: str) -> None:
    record = KINDS[name].zero()
    assert isinstance(record, tuple)
    for field in ("symbol", "no_such_field"):
        with pytest.raises(AttributeError):
            object.__setattr__(record, field, 1)
