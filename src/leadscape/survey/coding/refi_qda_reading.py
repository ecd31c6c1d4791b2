"""A REFI-QDA codebook of any program as a coding scheme."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.core.tables import Problems, polars_schema
from leadscape.survey.coding.refi_qda_parts import (
    INSTRUCTION,
    bare,
    besides,
    derived_guid,
    described,
    read_instruction,
)
from leadscape.survey.coding.refi_qda_xml import codebook_problem, parse_codebook, qualified
from leadscape.survey.coding.scheme import NO_CODE, Code, CodeScheme, CodeSet

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without type stubs

UNKNOWN_DATE: Final = "unknown"

_ID_FORM: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,79}")
_LONGEST_SLUG: Final = 60


@dataclass(frozen=True)
class QdcReading:
    """A codebook as another program wrote it.

    Attributes
    ----------
    scheme
        Its codes and sets. Guids are kept as written.
    origin
        The program that wrote it, as it names itself; null if it does not.
    notes
        What was put right, and what the file holds that a scheme has no place for.
    """

    scheme: CodeScheme
    origin: str | None
    notes: tuple[str, ...]


def read_qdc(path: Path, *, valid_from: str = UNKNOWN_DATE) -> QdcReading:
    """The coding scheme of a REFI-QDA codebook.

    Parameters
    ----------
    path
        The file. Any prefix of the namespace, a byte order mark, and codes many levels deep are understood.
    valid_from
        From when the scheme holds, which the standard does not say; of no effect on a scheme that leadscape wrote.

    Returns
    -------
    QdcReading
        Ids of codes are made from their names where the file does not say them: ``Mentor head`` is ``mentor_head``, and
        the second one of a name ends in ``_2``.

    Raises
    ------
    FileProblem
        When the file is no codebook, is damaged, or brings entities of its own.
    TableProblem
        Listing every place that breaks the published schema, every guid or nameless code that stands twice, and every
        set that names a code that is not there, with its line.
    """
    root, mended = parse_codebook(path)
    problems = _contents_problems(root)
    if problems.height:
        raise codebook_problem(path.name, problems)
    header = read_instruction(root)
    codes, code_ids, changed = _read_codes(root, header)
    origin = root.get("origin")
    return QdcReading(
        scheme=CodeScheme(
            id=_stated(header, "id", _slug(path.stem) or "codebook"),
            title=_stated(header, "title", path.stem),
            source=_stated(
                header, "source", f"REFI-QDA codebook{f' of {origin}' if origin else ''}, {path.name}"
            ),
            valid_from=_stated(header, "valid_from", valid_from),
            codes=codes,
            sets=_read_sets(root, code_ids, header),
        ),
        origin=origin,
        notes=(*mended, *_changed_notes(changed), *_left_out(root)),
    )


def _stated(said: dict[str, Any], key: str, otherwise: str) -> str:
    value = _text(said, key)
    return otherwise if value is None else value


def _text(said: dict[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) else None


def _texts(said: dict[str, Any], key: str) -> tuple[str, ...]:
    value = said.get(key)
    whole = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    return tuple(value) if whole and isinstance(value, list) else ()


def _read_codes(
    root: etree._Element, header: dict[str, Any]
) -> tuple[tuple[Code, ...], dict[str, str], tuple[str, ...]]:
    """Codes in order, the id for each bare guid, and the ids of codes described anew since leadscape wrote them."""
    found: list[Code] = []
    changed: list[str] = []
    ids: dict[str, str] = {}
    taken = {NO_CODE}
    for element in root.iter(qualified("Code")):
        said = read_instruction(element)
        above = element.getparent()
        inside = above is not None and above.tag == qualified("Code")
        code_id = _own_id(said, element, taken)
        ids[bare(element.get("guid", ""))] = code_id
        memo, aliases, examples = _text(said, "memo") or "", _texts(said, "aliases"), _texts(said, "examples")
        definition = _definition(element, besides(memo, aliases, examples))
        code = Code(
            id=code_id,
            label=element.get("name", ""),
            definition=described(element) if definition is None else definition,
            parent=ids[bare(above.get("guid", ""))] if inside and above is not None else None,
            colour=_token(element.get("color")),
            is_codable=element.get("isCodable", "").strip() in ("true", "1"),
            guid=_own_guid(said, element, header, "code", code_id),
        )
        if definition is None:
            changed.append(code_id)
        else:
            code = replace(code, memo=memo, aliases=aliases, examples=examples)
        found.append(code)
    place = {code_id: number for number, code_id in enumerate(_texts(header, "order"))}
    if set(place) == {code.id for code in found}:
        found.sort(key=lambda code: place[code.id])
    return tuple(found), ids, tuple(changed)


def _changed_notes(changed: tuple[str, ...]) -> tuple[str, ...]:
    if not changed:
        return ()
    return (
        f"Described anew since leadscape wrote them, so that memo, aliases and examples are part of the definition: "
        f"{', '.join(changed)}.",
    )


def _read_sets(root: etree._Element, code_ids: dict[str, str], header: dict[str, Any]) -> tuple[CodeSet, ...]:
    found: list[CodeSet] = []
    taken: set[str] = set()
    for element in root.iter(qualified("Set")):
        said = read_instruction(element)
        set_id = _own_id(said, element, taken)
        found.append(
            CodeSet(
                id=set_id,
                label=element.get("name", ""),
                definition=described(element),
                codes=tuple(
                    code_ids[bare(member.get("guid", ""))]
                    for member in element.iterchildren(qualified("MemberCode"))
                ),
                guid=_own_guid(said, element, header, "set", set_id),
            )
        )
    return tuple(found)


def _own_id(said: dict[str, Any], element: etree._Element, taken: set[str]) -> str:
    """The id as leadscape wrote it, or one from the name; never one that is taken."""
    written = _text(said, "id")
    stem = written if written and _ID_FORM.fullmatch(written) else _slug(element.get("name", "")) or "code"
    code_id, number = stem, 1
    while code_id in taken:
        number += 1
        code_id = f"{stem[:_LONGEST_SLUG]}_{number}"
    taken.add(code_id)
    return code_id


def _own_guid(
    said: dict[str, Any], element: etree._Element, header: dict[str, Any], section: str, entry_id: str
) -> str | None:
    """The guid as written; null where leadscape made it up from the ids."""
    guid = _token(element.get("guid"))
    made_up = derived_guid(_text(header, "id") or "", section, entry_id)
    return None if said.get("guid") == "derived" and guid == made_up else guid


def _definition(element: etree._Element, added: str) -> str | None:
    """The description without what leadscape added to it; null where somebody has changed it since."""
    written = described(element)
    if not added:
        return written
    if written == added:
        return ""
    end = f"\n\n{added}"
    return written.removesuffix(end) if written.endswith(end) else None


def _token(value: str | None) -> str | None:
    return None if value is None else " ".join(value.split())


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^0-9a-z]+", "_", plain).strip("_")[:_LONGEST_SLUG].strip("_")


def _contents_problems(root: etree._Element) -> pl.DataFrame:
    """What the schema does not forbid and a scheme cannot hold."""
    rows: list[tuple[int | None, str, str | None, str]] = []
    codes = list(root.iter(qualified("Code")))
    sets = list(root.iter(qualified("Set")))
    for elements, kind in ((codes, "Code"), (sets, "Set")):
        seen: dict[str, int | None] = {}
        for element in elements:
            guid, name = element.get("guid", ""), element.get("name", "")
            if not name.strip():
                rows.append((element.sourceline, kind, guid, "Must have a name."))
            if bare(guid) in seen:
                first = seen[bare(guid)]
                rows.append(
                    (element.sourceline, kind, guid, f"The guid must be its own; line {first} has it too.")
                )
            seen.setdefault(bare(guid), element.sourceline)
    known = {bare(code.get("guid", "")) for code in codes}
    for member in root.iter(qualified("MemberCode")):
        guid = member.get("guid", "")
        if bare(guid) not in known:
            rows.append(
                (member.sourceline, "MemberCode", guid, "Must be the guid of a code of this codebook.")
            )
    return pl.DataFrame(rows, schema=polars_schema(Problems), orient="row").sort("row")


def _left_out(root: etree._Element) -> tuple[str, ...]:
    """What the schema allows in a file and a scheme has no place for."""
    comments = len(root.xpath("//comment()"))
    targets = sorted(
        {node.target for node in root.xpath("//processing-instruction()") if node.target != INSTRUCTION}
    )
    notes = []
    if comments:
        notes.append(
            f"{comments} comment{'s' * (comments != 1)} in the file {'are' if comments > 1 else 'is'} not kept."
        )
    if targets:
        notes.append(f"Instructions of other programs are not kept: {', '.join(targets)}.")
    return tuple(notes)
