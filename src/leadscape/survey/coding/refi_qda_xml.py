"""Is this file a codebook of the REFI-QDA standard? Parsed safely, and checked against the published schema.

No entity is resolved, nothing is fetched, and a file with a document type of its own is refused: a codebook needs none,
and with one a few lines can stand for gigabytes or for a file of the reader's own machine.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import polars as pl
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without type stubs

from leadscape.core.errors import FileProblem, TableProblem
from leadscape.core.file_kinds import content_kind, empty_file, refuse_large
from leadscape.core.tables import PROBLEMS_SHOWN, Problems, polars_schema

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE: Final = "urn:QDA-XML:codebook:1.0"
MAX_BYTES: Final = 10_000_000
DEEPEST: Final = 200
"""Codes one below another; the parser stops at 256 elements."""

_SCHEMA: Final = "refi_qda_codebook.xsd"
_PROLOGUE: Final = (("<?", "?>"), ("<!--", "-->"))
"""What may stand before the document type: how it begins and how it ends."""
_OWN_TYPE: Final = ("entity", "entities", "doctype")


def qualified(name: str) -> str:
    """An element's name in the namespace of the standard."""
    return f"{{{NAMESPACE}}}{name}"


def parse_codebook(path: Path) -> tuple[etree._Element, tuple[str, ...]]:
    """The root of a codebook that keeps to the schema, and what was put right to read it.

    Raises
    ------
    FileProblem
        When the file is missing, empty, too large, no well-formed XML, no codebook, or brings a document type.
    TableProblem
        Listing every place that breaks the schema; ``row`` is the line of the file.
    """
    content = _read(path)
    root = _parse(path, content)
    name = etree.QName(root)
    if name.localname != "CodeBook":
        whole = name.localname == "Project"
        raise FileProblem(
            f"{path.name} holds {'a whole project' if whole else f'the element {name.localname}'}, no codebook.",
            "A codebook starts with the element CodeBook.",
            "Export the codebook alone, as REFI-QDA Codebook (.qdc)."
            if whole
            else "Export it again as REFI-QDA Codebook (.qdc).",
        )
    mended = _mend_namespace(root, name.namespace)
    problems = schema_problems(root)
    if problems.height:
        raise codebook_problem(path.name, problems)
    return root, mended


def schema_problems(root: etree._Element) -> pl.DataFrame:
    """Every place that breaks the published schema, as :class:`~leadscape.core.tables.Problems` with lines as rows."""
    schema = _schema()
    if schema.validate(root):
        return pl.DataFrame(schema=polars_schema(Problems))
    found = [(entry.line, *_split(entry.message)) for entry in schema.error_log]
    rows = [(line, place, None, rule) for line, place, rule in found]
    return (
        pl.DataFrame(rows, schema=polars_schema(Problems), orient="row")
        .unique(maintain_order=True)
        .sort("row")
    )


def codebook_problem(name: str, problems: pl.DataFrame) -> TableProblem:
    """The error that lists every problem of a codebook with its line."""
    first = [
        f"line {line}, {place}: {rule}" for line, place, _, rule in problems.head(PROBLEMS_SHOWN).iter_rows()
    ]
    more = problems.height - len(first)
    listed = "; ".join(first) + (f"; and {more} more" if more > 0 else "")
    return TableProblem(
        f"{name} has {problems.height} problem{'s' * (problems.height != 1)} ({listed}).",
        "A codebook that other programs can read keeps to the REFI-QDA schema, and every code in it is one code.",
        "Export it again from the program it came from, or correct these lines.",
        problems,
    )


@cache
def _schema() -> etree.XMLSchema:
    published = files("leadscape.survey.coding").joinpath(_SCHEMA).read_bytes()
    return etree.XMLSchema(etree.fromstring(published))


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        refuse_large(path.name, size, MAX_BYTES)
        content = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read ({error.strerror or error}).",
            "There is no codebook without it.",
            "Check the path and that you may read it.",
        ) from error
    if not content.strip():
        raise empty_file(path.name)
    return content


def _parse(path: Path, content: bytes) -> etree._Element:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = content.decode("utf-16" if wide else "utf-8", errors="replace")
    if _brings_type(start):
        raise _brings_entities(path.name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if any(word in str(error).lower() for word in _OWN_TYPE):
            raise _brings_entities(path.name) from None
        kind = content_kind(path, content[:4096])
        said = f"it is {kind}" if kind and kind != "an XML document" else str(error).split(" (<string>")[0]
        raise FileProblem(
            f"{path.name} is no well-formed XML ({said}).",
            "A REFI-QDA codebook is an XML file, and a broken one may lack codes.",
            "Export it again as REFI-QDA Codebook (.qdc).",
        ) from None
    if root.getroottree().docinfo.doctype:
        raise _brings_entities(path.name)
    return root


def _brings_type(text: str) -> bool:
    """Whether a document type stands before the first element."""
    at = 0
    while True:
        at += len(text[at:]) - len(text[at:].lstrip("\ufeff \t\r\n"))
        ending = next((end for begin, end in _PROLOGUE if text.startswith(begin, at)), None)
        if ending is None:
            return text[at : at + len("<!DOCTYPE")].upper() == "<!DOCTYPE"
        found = text.find(ending, at)
        if found < 0:
            return False
        at = found + len(ending)


def _brings_entities(name: str) -> FileProblem:
    return FileProblem(
        f"{name} brings a document type or entities of its own.",
        "A codebook needs none, and they can make a small file fill the memory or read other files.",
        "Do not open it; export the codebook again from the program it came from.",
    )


def _mend_namespace(root: etree._Element, namespace: str | None) -> tuple[str, ...]:
    """Bring elements of earlier drafts, or of none, to the namespace of the standard, and say so."""
    if namespace == NAMESPACE:
        return ()
    if namespace is not None and not namespace.lower().startswith("urn:qda-xml:codebook"):
        return ()
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace == namespace:
            element.tag = qualified(name.localname)
    written = "no namespace" if namespace is None else f"the namespace {namespace}"
    return (f"The file was written with {written}; it was read as {NAMESPACE}.",)


def _split(message: str) -> tuple[str, str]:
    """The schema's words for a problem, without namespaces and patterns: where, and what."""
    bare = message.replace(f"{{{NAMESPACE}}}", "").replace("[facet 'pattern'] ", "")
    bare = re.sub(r"is not accepted by the pattern '.*'", "has not the form that the schema asks for", bare)
    place, _, rule = bare.partition(": ")
    return place.replace("'", ""), rule or bare
