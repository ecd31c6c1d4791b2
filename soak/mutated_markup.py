"""XML with a wrong element, attribute, text, declaration, or entities that lead out of it."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from soak.mutated_bytes import NASTY, replace_some, xml_text


def _entity(part: bytes, random: Random) -> bytes:
    declared = random.choice(
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
         b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;">]>')
    )  # fmt: skip
    end = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
    return part[:end] + declared + replace_some(part[end:], rb">[^<]+<", lambda _: b">&e;<", random)


def _attribute(part: bytes, random: Random) -> bytes:
    value = xml_text(random.choice(NASTY)).replace(b'"', b"&quot;")
    return replace_some(part, rb'="[^"]*"', lambda _: b'="' + value + b'"', random)


def _element(part: bytes, random: Random) -> bytes:
    how = random.choice(
        (b"", b"<x>", b"</x>", b"<!-- -- -->", b"<![CDATA[]]]]>", b"<?x ?>", b"<x>" * 300 + b"</x>" * 300)
    )
    return replace_some(part, rb"<[^>]+>", lambda _: how, random)


def _declaration(part: bytes, random: Random) -> bytes:
    name = random.choice((b"utf-16", b"ISO-8859-1", b"ebcdic-cp-us", b"nothing", b"utf-7"))
    return re.sub(rb'encoding="[^"]*"', b'encoding="' + name + b'"', part, count=1)


def _text(part: bytes, random: Random) -> bytes:
    return replace_some(part, rb">[^<]+<", lambda _: b">" + xml_text(random.choice(NASTY)) + b"<", random)


XML: Final = (_entity, _attribute, _attribute, _element, _declaration, _text)
