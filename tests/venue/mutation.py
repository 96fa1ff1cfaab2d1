"""Random defects for frames and replies, from a generator that the caller seeds."""

import gzip
import random

# What a value may be replaced by: those that break careless parsers.
TOKENS = (
    b'""', b"null", b"true", b"{}", b"[]", b"0", b"-1", b"1e400", b"1e-400", b'"NaN"', b'"-0"',
    b"9223372036854775807", b"9223372036854775808", b'"1.123456789012345"', b'"\\u0000"',
    b'"\xc3\xa9"', b"1970374651259388001", b'"' + b"9" * 60 + b'"',
)  # fmt: skip


def mutate(rng: random.Random, data: bytes) -> bytes:
    """A few random defects: bytes changed, cut, doubled, or a value exchanged for a nasty one."""
    text = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if not text:
            break
        kind = rng.randrange(12)
        at = rng.randrange(len(text))
        if kind == 0:
            text[at] = rng.randrange(256)
        elif kind == 1:
            del text[at : at + rng.randint(1, 8)]
        elif kind == 2:
            text[at:at] = text[at : at + rng.randint(1, 40)]
        elif kind == 3:
            del text[at:]
        else:
            start = text.find(b":", at)
            ends = [end for end in (text.find(b",", start), text.find(b"}", start)) if end > 0]
            if start > 0 and ends:
                text[start + 1 : min(ends)] = rng.choice(TOKENS)
    return bytes(text)


def mutated_frame(rng: random.Random, data: bytes) -> bytes:
    """The same for a frame, which may be packed, and then be damaged once more."""
    data = mutate(rng, data)
    return mutate(rng, gzip.compress(data, 1)) if rng.random() < 0.1 else data
