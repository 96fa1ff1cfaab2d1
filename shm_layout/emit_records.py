"""What the journal keeps, as text: fields and codes by name, for later builds to find them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from schema import Layout

EARLIER = "earlier"


def emit(layout: Layout) -> str:
    """records.txt: `record NAME BYTES` and its fields, `enum NAME REPR` and its codes.

    A `code` enum also stands in journalled bytes that no field declares, so its codes stay.
    """
    records = [record for record in layout.records if record.journalled]
    used = {field.base for record in records for field in record.fields}
    lines = []
    for record in records:
        lines.append(f"record {record.name} {record.size}")
        lines += [f"  {f.offset} {f.name} {f.type_text}" for f in record.fields]
    for enum in layout.enums:
        if enum.journalled or enum.name in used:
            lines.append(f"{'code' if enum.journalled else 'enum'} {enum.name} {enum.repr}")
            lines += [f"  {value.code} {value.name}" for value in enum.values]
    return "\n".join(lines) + "\n"


def digest(layout: Layout) -> str:
    """The shape that a segment's header names: a moved field or another code changes it."""
    return hashlib.sha256(emit(layout).encode()).hexdigest()[:16]


def earlier(folder: Path) -> list[str]:
    """Shapes whose description is kept, because builds that wrote them were in use."""
    return sorted(path.stem for path in (folder / EARLIER).glob("*.txt"))
