"""A coding scheme as a REFI-QDA codebook, for other programs of qualitative analysis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without type stubs

from leadscape import __version__
from leadscape.core.errors import OutputBlocked
from leadscape.core.writing import whole_file
from leadscape.survey.coding.refi_qda_parts import bare, besides, derived_guid, instruction
from leadscape.survey.coding.refi_qda_xml import DEEPEST, NAMESPACE, qualified, schema_problems
from leadscape.survey.coding.scheme import Code, CodeScheme, CodeSet, scheme_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDING: Final = ".qdc"
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_qdc(scheme: CodeScheme, path: Path) -> None:
    """Write a coding scheme as a REFI-QDA codebook, checked against the published schema; whole or not at all.

    Parameters
    ----------
    scheme
        A code or set without a guid gets one that follows from the ids of the scheme and its own, so that the same
        scheme gives the same bytes.
    path
        Ends in ``.qdc``, as the standard asks.

    Raises
    ------
    CodebookProblem
        Listing every text that XML cannot hold, every guid that two codes or sets share, and a code too many levels
        deep.
    OutputBlocked
        When the file does not end in ``.qdc`` or cannot be written.
    """
    if path.suffix.lower() != ENDING:
        raise OutputBlocked(
            f"{path.name} does not end in {ENDING}.",
            "The standard has codebooks end so, and other programs open no others.",
            f"Name it {path.stem}{ENDING}.",
        )
    problems = _writing_problems(scheme)
    if problems:
        raise scheme_problem(scheme.id, problems)
    root = _codebook_element(scheme)
    wrong = schema_problems(root)
    if wrong.height:
        raise AssertionError(f"our own codebook breaks the schema: {wrong.to_dicts()}")
    etree.indent(root)
    content = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    with whole_file(path) as partial:
        partial.write_bytes(content + b"\n")


def guid_of(scheme: CodeScheme, entry: Code | CodeSet) -> str:
    """The guid of a code or set: its own, or one that follows from the ids of the scheme and its own."""
    if entry.guid is not None:
        return entry.guid
    return derived_guid(scheme.id, "code" if isinstance(entry, Code) else "set", entry.id)


def _codebook_element(scheme: CodeScheme) -> etree._Element:
    root = etree.Element(
        qualified("CodeBook"), {"origin": f"leadscape {__version__}"}, nsmap={None: NAMESPACE}
    )
    tree = tuple(_in_tree_order(scheme))
    header = {name: getattr(scheme, name) for name in ("id", "title", "source", "valid_from")}
    order = {} if tree == scheme.codes else {"order": [code.id for code in scheme.codes]}
    root.append(instruction({**header, **order}))
    codes = etree.SubElement(root, qualified("Codes"))
    made: dict[str, etree._Element] = {}
    for code in tree:
        parent = codes if code.parent is None else made[code.parent]
        attributes = {
            "guid": guid_of(scheme, code),
            "name": code.label,
            "isCodable": str(code.is_codable).lower(),
        }
        if code.colour is not None:
            attributes["color"] = code.colour
        made[code.id] = etree.SubElement(parent, qualified("Code"), attributes)
        said = {"memo": code.memo, "aliases": list(code.aliases), "examples": list(code.examples)}
        made[code.id].append(
            instruction(_entry(code) | {name: value for name, value in said.items() if value})
        )
        _describe(made[code.id], code.definition, besides(code.memo, code.aliases, code.examples))
    if scheme.sets:
        sets = etree.SubElement(root, qualified("Sets"))
        for theme in scheme.sets:
            element = etree.SubElement(
                sets, qualified("Set"), {"guid": guid_of(scheme, theme), "name": theme.label}
            )
            element.append(instruction(_entry(theme)))
            _describe(element, theme.definition, "")
            for member in theme.codes:
                guid = guid_of(scheme, scheme.code(member))
                etree.SubElement(element, qualified("MemberCode"), {"guid": guid})
    return root


def _entry(entry: Code | CodeSet) -> dict[str, Any]:
    return {"id": entry.id} | ({"guid": "derived"} if entry.guid is None else {})


def _in_tree_order(scheme: CodeScheme) -> Iterator[Code]:
    below: dict[str | None, list[Code]] = {}
    for code in scheme.codes:
        below.setdefault(code.parent, []).append(code)
    waiting = below.get(None, [])[::-1]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += below.get(code.id, [])[::-1]


def _describe(element: etree._Element, definition: str, rest: str) -> None:
    written = f"{definition}\n\n{rest}" if definition and rest else definition or rest
    if written:
        etree.SubElement(element, qualified("Description")).text = written


def _writing_problems(scheme: CodeScheme) -> tuple[str, ...]:
    found: list[str] = []
    for entries, kind in ((scheme.codes, "Code"), (scheme.sets, "Set")):
        owners: dict[str, str] = {}
        for entry in entries:
            texts = [entry.label, entry.definition]
            texts += [entry.memo, *entry.aliases, *entry.examples] if isinstance(entry, Code) else []
            bad = sorted(
                {f"U+{ord(character):04X}" for text in texts for character in _NOT_XML.findall(text)}
            )
            if bad:
                found.append(f"{kind} {entry.id} holds characters that XML cannot: {', '.join(bad)}.")
            guid = bare(guid_of(scheme, entry))
            if guid in owners:
                found.append(f"{kind} {entry.id} has the guid of {owners[guid]}.")
            owners.setdefault(guid, entry.id)
    deep = [code.id for code in scheme.codes if len(scheme.path(code.id)) > DEEPEST]
    if deep:
        found.append(f"Code {deep[0]} lies more than {DEEPEST} levels deep.")
    return tuple(found)
