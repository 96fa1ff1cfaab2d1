"""What a comparison finds: differences with place and both values, and how much was compared."""

import msgspec

DIFFERENCES_MAX = 1_000
PRICE = 12
AMOUNT = 8


class Difference(msgspec.Struct, frozen=True):
    """One place where two stores do not say the same."""

    store: str  # the store in which the place lies
    place: str  # file and line, segment and cell, table and sequence
    field: str
    found: str
    against: str  # the store it was compared with, and where
    expected: str


class Check(msgspec.Struct, frozen=True):
    """One subject of the comparison."""

    subject: str
    compared: int
    differences: int


class Report(msgspec.Struct, frozen=True):
    """The whole result."""

    instance: str
    agrees: bool
    checks: list[Check]
    differences: list[Difference]
    notes: list[str]

    @property
    def exit_code(self) -> int:
        """0 if everything agrees."""
        return 0 if self.agrees else 1

    def to_json(self) -> str:
        """For programs."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def to_text(self) -> str:
        """For people: a line a subject, then each difference with its place and both values."""
        lines = [f"{'subject':<44} {'compared':>9} {'different':>9}"]
        lines += [f"{c.subject:<44} {c.compared:>9} {c.differences:>9}" for c in self.checks]
        for d in self.differences:
            lines.append(f"{d.store} {d.place}: {d.field} is {d.found}; {d.against}: {d.expected}")
        lines += [f"note: {note}" for note in self.notes]
        verdict = "all stores agree" if self.agrees else "THE STORES DIFFER"
        return "\n".join([*lines, f"{self.instance}: {verdict}"])


class Findings:
    """Collects while the comparisons run."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.notes: list[str] = []
        self._checks: dict[str, list[int]] = {}
        self._subject = ""
        self._dropped = 0

    def begin(self, subject: str) -> None:
        """What follows belongs to this subject."""
        self._subject = subject
        self._checks.setdefault(subject, [0, 0])

    def equal(
        self, store: str, place: str, field: str, found: object, against: str, expected: object
    ) -> bool:
        """Compares one value."""
        self._checks[self._subject][0] += 1
        if found == expected:
            return True
        self._add(Difference(store, place, field, str(found), against, str(expected)))
        return False

    def money(
        self, store: str, place: str, field: str, found: int, against: str, expected: int
    ) -> bool:
        """Compares two amounts of 1e-8, and shows them as decimals."""
        self._checks[self._subject][0] += 1
        if found == expected:
            return True
        shown, wanted = decimal_text(found, AMOUNT), decimal_text(expected, AMOUNT)
        self._add(Difference(store, place, field, shown, against, wanted))
        return False

    def wrong(
        self, store: str, place: str, field: str, found: str, against: str, expected: str
    ) -> None:
        """A difference that needs no comparison: something is missing or damaged."""
        self._checks[self._subject][0] += 1
        self._add(Difference(store, place, field, found, against, expected))

    def note(self, text: str) -> None:
        """Something a reader should know that is no difference."""
        self.notes.append(text)

    def report(self, instance: str) -> Report:
        """What was found so far."""
        notes = list(self.notes)
        if self._dropped:
            notes.append(f"{self._dropped} more differences are not listed")
        checks = [Check(subject, *counts) for subject, counts in self._checks.items()]
        agrees = not self.differences
        return Report(instance, agrees, checks, self.differences, notes)

    def _add(self, difference: Difference) -> None:
        self._checks[self._subject][1] += 1
        if len(self.differences) < DIFFERENCES_MAX:
            self.differences.append(difference)
        else:
            self._dropped += 1


def decimal_text(value: int, places: int) -> str:
    """A scaled integer in full, without trailing zeros."""
    one: int = 10**places
    whole, rest = divmod(abs(value), one)
    fraction = f".{rest:0{places}d}".rstrip("0").rstrip(".") if rest else ""
    return f"{'-' if value < 0 else ''}{whole}{fraction}"


def scaled(text: str, places: int) -> int:
    """A decimal text as a scaled integer, exactly; ValueError if it has more places."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.removeprefix("-").partition(".")
    fraction = fraction.rstrip("0")
    if not whole.isdigit() or (fraction and not fraction.isdigit()) or len(fraction) > places:
        raise ValueError(f"{text!r} is no decimal of at most {places} places")
    return sign * int(whole + fraction.ljust(places, "0"))


def value_e8(price_e12: int, qty_e8: int) -> int:
    """Price times quantity as money, half to even."""
    one = 1_000_000_000_000
    quotient, rest = divmod(price_e12 * qty_e8, one)
    twice = 2 * rest
    return quotient + (twice > one or (twice == one and quotient & 1 == 1))
