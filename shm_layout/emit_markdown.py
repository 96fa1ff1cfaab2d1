"""The page for people: LAYOUT.md, the map of every segment and the offset table of every record."""

from __future__ import annotations

from schema import HEADER_SIZE, Enum, Layout, Record, Segment


def emit(layout: Layout) -> str:
    """All of LAYOUT.md."""
    lines = [
        "# Shared memory, byte by byte",
        "",
        "Generated from `layout.toml` by `scripts/gen`; change that file, not this one.",
        "",
        f"Layout version {layout.version}, digest `{layout.digest}`.",
        "Little-endian, natural alignment, no implicit padding. One object per writing process,",
        f"`/pink.<instance>.<segment>`; each starts with a header page of {HEADER_SIZE} bytes.",
        "",
        "- `cells`: a sequence word and two copies of the record; the even word `2g` says that",
        "  copy `g & 1` is complete.",
        "- `lossless`, `broadcast`: a line with the stream id (offset 0) and the tail (offset 64),",
        "  then slots of sequence word, CRC32C word and record.",
        "- `cursors`: a line per consumed ring: stream id, next sequence, park word, records lost.",
        "",
        "## Segments",
    ]
    for segment in layout.segments:
        lines += _segment(segment)
    lines += ["", "## Records"]
    for record in layout.records:
        lines += _record(record)
    lines += ["", "## Codes"]
    for enum in layout.enums:
        lines += _enum(enum)
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _segment(segment: Segment) -> list[str]:
    lines = ["", f"### {segment.name} (writer {segment.code}, {segment.size} bytes)"]
    lines += ["", _cell(segment.doc)] if segment.doc else []
    lines += ["", "| region | id | shape | record | offset | stride | count | consumers | |"]
    lines += ["| --- | ---: | --- | --- | ---: | ---: | ---: | --- | --- |"]
    for r in segment.regions:
        lines.append(
            f"| {r.name} | {r.id} | {r.shape} | {r.record} | {r.offset} | {r.stride} | {r.count} "
            f"| {', '.join(r.consumers)} | {_cell(r.doc)} |"
        )
    return lines


def _record(record: Record) -> list[str]:
    lines = ["", f"### {record.name} ({record.size} bytes)", "", _cell(record.doc), ""]
    lines += ["| offset | field | type | |", "| ---: | --- | --- | --- |"]
    lines += [f"| {f.offset} | {f.name} | {f.type_text} | {_cell(f.doc)} |" for f in record.fields]
    return lines


def _enum(enum: Enum) -> list[str]:
    lines = ["", f"### {enum.name} ({enum.repr})", "", _cell(enum.doc), ""]
    lines += ["| code | name | |", "| ---: | --- | --- |"]
    lines += [f"| {v.code} | {v.name} | {_cell(v.doc)} |" for v in enum.values]
    return lines
