"""Workbooks with a wrong cell, part or archive around them."""

from __future__ import annotations

import io
import re
import zipfile
from random import Random
from typing import Final

from soak.mutated_bytes import NASTY, break_off, flip, replace_some, xml_text
from soak.mutated_markup import XML


def _parts(content: bytes) -> list[tuple[str, bytes]] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(one.filename, archive.read(one)) for one in archive.infolist()]
    except Exception:
        return None


def _archive(parts: list[tuple[str, bytes]], random: Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, part in parts:
            # Twice the same name is one of the ways; the warning is for whoever does it by mistake.
            archive.NameToInfo.pop(name, None)
            archive.writestr(zipfile.ZipInfo(name), part)
    return made.getvalue()


def _change_part(content: bytes, random: Random) -> bytes:
    parts = _parts(content)
    if not parts:
        return flip(content, random) if content else content
    liked = [
        at for at, (name, _) in enumerate(parts) if "sheet" in name or "Strings" in name or "workbook" in name
    ]
    at = random.choice(liked or range(len(parts)))
    name, part = parts[at]
    parts[at] = (name, random.choice((*_SHEET, *XML, flip, break_off))(part, random))
    return _archive(parts, random)


def _change_archive(content: bytes, random: Random) -> bytes:
    parts = _parts(content)
    if not parts:
        return flip(content, random) if content else content
    at = random.randrange(len(parts))
    how = random.choice(("gone", "twice", "renamed", "empty", "swapped", "stranger", "climbing", "link"))
    name, part = parts[at]
    if how == "gone":
        del parts[at]
    elif how == "twice":
        parts.append((name, random.choice(parts)[1]))
    elif how == "renamed":
        parts[at] = (
            random.choice((name.upper(), name.replace("/", "\\"), "", "xl", name + "\u202e")) or "x",
            part,
        )
    elif how == "empty":
        parts[at] = (name, b"")
    elif how == "swapped":
        parts[at] = (name, random.choice(parts)[1])
    elif how == "stranger":
        parts.append(("xl/vbaProject.bin", random.randbytes(200)))
    elif how == "climbing":
        parts.append(("../../climbed.txt", b"out"))
    else:
        parts[at] = (name, part.replace(b'Target="', b'TargetMode="External" Target="file:///etc/passwd?'))
    return _archive(parts, random)


def _cell_value(part: bytes, random: Random) -> bytes:
    def written(found: re.Match[bytes]) -> bytes:
        return b"<%b%b>%b</%b>" % (found[1], found[2], xml_text(random.choice(NASTY)), found[1])

    return replace_some(part, rb"<(v|t)([^>]*)>[^<]*</\1>", written, random)


def _cell_type(part: bytes, random: Random) -> bytes:
    kind = random.choice((b"s", b"n", b"b", b"e", b"str", b"inlineStr", b"d", b"", b"q"))
    return replace_some(part, rb' t="\w+"', lambda _: b' t="' + kind + b'"', random)


def _cell_place(part: bytes, random: Random) -> bytes:
    place = random.choice(
        (b"XFD1048576", b"A0", b"ZZZZ1", b"A99999999999", b"1A", b"", b"A1", b"B1048577", b"a1:c3")
    )
    return replace_some(
        part, rb' (r|ref)="[A-Z0-9:]+"', lambda found: b" " + found[1] + b'="' + place + b'"', random
    )


def _cell_number(part: bytes, random: Random) -> bytes:
    number = random.choice(
        (b"1e309", b"-1", b"99999999999999999999", b"0.5", b"2958466", b"-0.0", b"60", b"1e-320", b"x")
    )
    return replace_some(part, rb"<v>[^<]*</v>", lambda _: b"<v>" + number + b"</v>", random)


def _formula(part: bytes, random: Random) -> bytes:
    formula = random.choice((b"1/0", b"HYPERLINK(&quot;x&quot;)", b"A1", b"", b"[1]Sheet!A1", b"SUM(" * 500))
    return replace_some(part, rb"<v>[^<]*</v>", lambda found: b"<f>" + formula + b"</f>" + found[0], random)


def _many_rows(part: bytes, random: Random) -> bytes:
    return replace_some(part, rb"<row .*?</row>", lambda found: found[0] * random.choice((2, 40)), random)


_SHEET = (_cell_value, _cell_value, _cell_type, _cell_place, _cell_number, _formula, _many_rows)
WORKBOOK: Final = (_change_part, _change_part, _change_part, _change_part, _change_archive)
