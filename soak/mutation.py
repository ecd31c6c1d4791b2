"""How may a file be wrong? Every way that somebody's program, network or ill will has of spoiling one, by the seed.

A mutation knows what the file is made of: cells of a table, parts of a workbook, values of TOML and JSON, elements of
XML. Random bytes alone never get past the first check of a format; a file that is right but for one cell does.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any, Final

NASTY: Final[tuple[str, ...]] = (
    "", " ", "\x00", "\x01\x1f", "\ufeff", "\u202e", "\u00a0", "\U0001f600", "é" * 300, "x" * 40_000, '"', '""',
    '"ab"c', "'", ",", ";", "\t", "a\nb", "a\r\nb", "\r", "=1+1", '=HYPERLINK("http://127.0.0.1")', "@SUM(1)", "+1",
    "-1", "<script>alert(1)</script>", "&amp;&#x0;", "null", "None", "NaN", "inf", "-inf", "1e309", "-0", "0",
    "9" * 40, "2147483648", "9223372036854775808", "1.5", "1,5", "100001.0", "0x10", "TRUE", "0000-00-00", "31/02/2006",
    "2006-06-31", "9999-12-31", "10000-01-01", "0001-01-01", "30 June 06", "1900-02-29", "38898", "1e5", "12:30",
    "c", "SUPP", "low", "x", "z", "yes", "no", "none", "same", "../../etc/passwd", "CON", "%s%n", "{0}", "$(id)", "\\",
)  # fmt: skip
"""What a cell or a value may be that nobody expects."""


def mutate(content: bytes, kind: str, random: Random) -> bytes:
    """The file spoilt in one to four ways.

    Parameters
    ----------
    kind
        What it is made of: ``table`` (delimited text), ``packed`` (the same in gzip), ``workbook``, ``toml``, ``json``,
        ``xml`` or ``bytes``.
    random
        The same numbers spoil the same file in the same ways.
    """
    ways = WAYS[kind]
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        # Bytes one time in five: the rest would seldom be reached otherwise.
        way = random.choice(BYTES) if random.random() < 0.2 else random.choice(ways)
        content = way(content, random)
    return content


# Bytes


def _flip(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), random.choice((1, 2, 8, 64)))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut_out(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.choice((1, 2, 16, 256)) :]


def _put_in(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    put = random.choice(
        (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b'"', b"\x80", random.randbytes(9))
    )
    return content[:at] + put + content[at:]


def _break_off(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _repeat(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    end = min(len(content), start + random.choice((1, 10, 200)))
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


BYTES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (_flip, _cut_out, _put_in, _break_off, _repeat)


# Delimited text


def _rows(content: bytes) -> list[list[str]]:
    return [line.split(",") for line in content.decode("utf-8", errors="replace").split("\n")]


def _joined(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8", errors="replace")


def _change_cell(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    for _ in range(random.choice((1, 1, 3))):
        row = random.choice(rows)
        word = random.choice(NASTY)
        quoted = '"' + word.replace('"', '""') + '"'
        row[random.randrange(len(row))] = word if random.random() < 0.3 else quoted
    return _joined(rows)


def _fill_column(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    at, word = random.randrange(len(rows[0])), random.choice(NASTY)
    for row in rows[1:]:
        if at < len(row):
            row[at] = '"' + word.replace('"', '""') + '"'
    return _joined(rows)


def _change_columns(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    at, to = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
    how = random.choice(("twice", "gone", "swapped", "same heading", "no heading", "wide"))
    if how == "same heading":
        rows[0][to] = rows[0][at]
    elif how == "no heading":
        rows[0][at] = ""
    elif how == "wide":
        rows[0] += [f"column {n}" for n in range(random.choice((3, 300)))]
    else:
        for row in rows:
            if max(at, to) < len(row):
                if how == "twice":
                    row.insert(to, row[at])
                elif how == "gone":
                    del row[at]
                else:
                    row[at], row[to] = row[to], row[at]
    return _joined(rows)


def _change_rows(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    how = random.choice(
        ("twice", "gone", "shuffled", "blank", "no header", "only header", "many", "short", "torn")
    )
    if how == "twice":
        lines.insert(at, lines[random.randrange(len(lines))])
    elif how == "gone":
        del lines[at]
    elif how == "shuffled":
        random.shuffle(lines)
    elif how == "blank":
        lines[at:at] = [b"", b",,,", b"  "]
    elif how == "no header":
        lines = lines[1:]
    elif how == "only header":
        lines = lines[:1]
    elif how == "many":
        lines += lines[1:] * 5
    elif how == "short":
        lines[at] = lines[at].split(b",")[0]
    else:
        middle = random.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:middle] + b"\n" + lines[at][middle:]
    return b"\n".join(lines)


def _save_otherwise(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", errors="replace")
    how = random.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-8-sig", "cp437", "utf-7", "ascii")
    )
    try:
        return text.encode(how, errors=random.choice(("replace", "ignore", "xmlcharrefreplace")))
    except UnicodeError:
        return content


def _other_marks(content: bytes, random: Random) -> bytes:
    was, now = random.choice(
        ((b",", b";"), (b",", b"\t"), (b",", b"|"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"\n", b"\n\n"), (b'"', b"'"),
         (b",", b'","'), (b"\n", b""), (b"\n", "\u2028".encode()), (b" ", "\u00a0".encode()))
    )  # fmt: skip
    return content.replace(was, now)


_TABLE = (_change_cell, _change_cell, _change_cell, _fill_column, _fill_column, _change_columns, _change_columns,
          _change_rows, _change_rows, _save_otherwise, _other_marks)  # fmt: skip


def _packed(content: bytes, random: Random) -> bytes:
    try:
        plain = gzip.decompress(content)
    except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
        return _flip(content, random) if content else content
    return gzip.compress(random.choice(_TABLE)(plain, random), 1, mtime=0)


# Workbooks


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
        return _flip(content, random) if content else content
    liked = [
        at for at, (name, _) in enumerate(parts) if "sheet" in name or "Strings" in name or "workbook" in name
    ]
    at = random.choice(liked or range(len(parts)))
    name, part = parts[at]
    parts[at] = (name, random.choice((*_SHEET, *_XML, _flip, _break_off))(part, random))
    return _archive(parts, random)


def _change_archive(content: bytes, random: Random) -> bytes:
    parts = _parts(content)
    if not parts:
        return _flip(content, random) if content else content
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
        return b"<%b%b>%b</%b>" % (found[1], found[2], _xml_text(random.choice(NASTY)), found[1])

    return _replace_some(part, rb"<(v|t)([^>]*)>[^<]*</\1>", written, random)


def _cell_type(part: bytes, random: Random) -> bytes:
    kind = random.choice((b"s", b"n", b"b", b"e", b"str", b"inlineStr", b"d", b"", b"q"))
    return _replace_some(part, rb' t="\w+"', lambda _: b' t="' + kind + b'"', random)


def _cell_place(part: bytes, random: Random) -> bytes:
    place = random.choice(
        (b"XFD1048576", b"A0", b"ZZZZ1", b"A99999999999", b"1A", b"", b"A1", b"B1048577", b"a1:c3")
    )
    return _replace_some(
        part, rb' (r|ref)="[A-Z0-9:]+"', lambda found: b" " + found[1] + b'="' + place + b'"', random
    )


def _cell_number(part: bytes, random: Random) -> bytes:
    number = random.choice(
        (b"1e309", b"-1", b"99999999999999999999", b"0.5", b"2958466", b"-0.0", b"60", b"1e-320", b"x")
    )
    return _replace_some(part, rb"<v>[^<]*</v>", lambda _: b"<v>" + number + b"</v>", random)


def _formula(part: bytes, random: Random) -> bytes:
    formula = random.choice((b"1/0", b"HYPERLINK(&quot;x&quot;)", b"A1", b"", b"[1]Sheet!A1", b"SUM(" * 500))
    return _replace_some(part, rb"<v>[^<]*</v>", lambda found: b"<f>" + formula + b"</f>" + found[0], random)


def _many_rows(part: bytes, random: Random) -> bytes:
    return _replace_some(part, rb"<row .*?</row>", lambda found: found[0] * random.choice((2, 40)), random)


_SHEET = (_cell_value, _cell_value, _cell_type, _cell_place, _cell_number, _formula, _many_rows)
_WORKBOOK = (_change_part, _change_part, _change_part, _change_part, _change_archive)


def _replace_some(
    part: bytes, pattern: bytes, replacement: Callable[[re.Match[bytes]], bytes], random: Random
) -> bytes:
    """Some of the places that fit a pattern, each with its own replacement."""
    share = random.choice((0.02, 0.2, 1.0))
    return re.sub(
        pattern, lambda found: replacement(found) if random.random() < share else found[0], part, flags=re.S
    )


def _xml_text(word: str) -> bytes:
    plain = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.encode("utf-8", errors="replace")


# XML


def _entity(part: bytes, random: Random) -> bytes:
    declared = random.choice(
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
         b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;">]>')
    )  # fmt: skip
    end = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
    return part[:end] + declared + _replace_some(part[end:], rb">[^<]+<", lambda _: b">&e;<", random)


def _attribute(part: bytes, random: Random) -> bytes:
    value = _xml_text(random.choice(NASTY)).replace(b'"', b"&quot;")
    return _replace_some(part, rb'="[^"]*"', lambda _: b'="' + value + b'"', random)


def _element(part: bytes, random: Random) -> bytes:
    how = random.choice(
        (b"", b"<x>", b"</x>", b"<!-- -- -->", b"<![CDATA[]]]]>", b"<?x ?>", b"<x>" * 300 + b"</x>" * 300)
    )
    return _replace_some(part, rb"<[^>]+>", lambda _: how, random)


def _declaration(part: bytes, random: Random) -> bytes:
    name = random.choice((b"utf-16", b"ISO-8859-1", b"ebcdic-cp-us", b"nothing", b"utf-7"))
    return re.sub(rb'encoding="[^"]*"', b'encoding="' + name + b'"', part, count=1)


def _text(part: bytes, random: Random) -> bytes:
    return _replace_some(part, rb">[^<]+<", lambda _: b">" + _xml_text(random.choice(NASTY)) + b"<", random)


_XML = (_entity, _attribute, _attribute, _element, _declaration, _text)


# TOML and JSON

_VALUES: Final = (
    '""', '"x"', "0", "-1", "1.5", "nan", "inf", "true", "[]", "[[]]", "{}", "2006-06-30", "2006-06-30T10:00:00Z",
    "07:32:00", '["a", 1, []]', "{a = {b = 1}}", '"\\u0000"', '"\\ud7ff"', '"""a\nb"""', "9223372036854775807",
    "99999999999999999999", "1e400", "0001-01-01",
    "9999-12-31", '["*"]', '["**/*"]', '"../../etc/passwd"', '"(?P<"', '"(a+)+$"', "'''\n'''",
)  # fmt: skip


def _toml_value(content: bytes, random: Random) -> bytes:
    value = random.choice((*_VALUES, json.dumps(random.choice(NASTY)))).encode("utf-8", errors="replace")
    return _replace_some(content, rb"(?m)= *[^\n]+$", lambda _: b"= " + value, random)


def _toml_list_item(content: bytes, random: Random) -> bytes:
    value = random.choice(_VALUES).encode()
    return _replace_some(content, rb'"[^"\n]*"', lambda _: value, random)


def _toml_key(content: bytes, random: Random) -> bytes:
    key = random.choice((b"id", b"x", b'"a b"', b"a.b", b"title", b"", b"label", b'"\\u0000"', "é".encode()))
    return _replace_some(content, rb"(?m)^\w+(?= *=)", lambda _: key, random)


def _toml_section(content: bytes, random: Random) -> bytes:
    head = random.choice((b"[study]", b"[[x]]", b"[x.y.z]", b"", b"[[study]]", b"[a]\n[a]", b"[" * 50))
    return _replace_some(content, rb"(?m)^\[+[^\n]+\]+$", lambda _: head, random)


_TOML = (_toml_value, _toml_value, _toml_list_item, _toml_key, _toml_section, _change_rows, _save_otherwise)


def _json(content: bytes, random: Random) -> bytes:
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return _flip(content, random) if content else content
    places = _places(tree)
    for _ in range(random.choice((1, 1, 3))):
        if not places:
            break
        holder, key = random.choice(places)
        try:
            if random.random() < 0.25:
                del holder[key]
            else:
                holder[key] = _nasty_json(random)
        except (IndexError, KeyError):
            continue
    return json.dumps(tree).encode("utf-8", errors="replace")


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            keys = list(one) if isinstance(one, dict) else range(len(one))
            found += [(one, key) for key in keys]
            waiting += [one[key] for key in keys]
    return found


def _nasty_json(random: Random) -> Any:
    deep: Any = []
    for _ in range(50):
        deep = [deep]
    return random.choice(
        (None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 10**30, "", "Polygon", "\ud800", {}, [], [[]],
         [[[]]], [0], [0, 0], [[0, 0], [0, 0]], [[0, 0], [1, 1], [1, 0], [0, 0]],
         {"type": "Polygon", "coordinates": [[[0]]]},
         {"type": "GeometryCollection", "geometries": []}, deep, random.choice(NASTY))
    )  # fmt: skip


def _deep_json(content: bytes, random: Random) -> bytes:
    depth = random.choice((100, 100_000))
    at = content.find(b"[") + 1
    return content[:at] + b"[" * depth + b"]" * depth + b"," + content[at:]


WAYS: Final[dict[str, tuple[Callable[[bytes, Random], bytes], ...]]] = {
    "bytes": BYTES,
    "table": _TABLE,
    "packed": (_packed,),
    "workbook": _WORKBOOK,
    "toml": _TOML,
    "json": (_json, _json, _json, _json, _deep_json),
    "xml": _XML,
}
