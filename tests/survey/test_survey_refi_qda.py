"""Codebooks of other programs in and out (REFI-QDA, ``.qdc``): by the published schema, without loss, and safely."""

from __future__ import annotations

import dataclasses
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from leadscape.codebooks import load_codebook
from leadscape.core.errors import CodebookProblem, FileProblem, OutputBlocked, TableProblem
from leadscape.survey.coding.refi_qda import guid_of, read_qdc, write_qdc
from leadscape.survey.coding.scheme import Code, CodeScheme, CodeSet, scheme_of_roles
from leadscape.survey.coding.scheme_files import load_scheme, scheme_names

SCHEMA = etree.XMLSchema(
    etree.fromstring(files("leadscape.survey.coding").joinpath("refi_qda_codebook.xsd").read_bytes())
)
NAMESPACE = 'xmlns="urn:QDA-XML:codebook:1.0"'
GUID = "5215cc69-b628-4e02-afb9-9beeaee55808"
OTHER = "d7aa29da-519b-4946-9b90-253b6db8fd0a"


def saved(folder: Path, text: str | bytes, name: str = "codes.qdc") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def codebook(codes: str, sets: str = "", root: str = NAMESPACE) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<CodeBook {root}>\n<Codes>{codes}</Codes>{sets}</CodeBook>'
    )


# The standard (version 1.5, annex A.1) prints codes with guids in braces and bare, colours, and headings; nested here,
# and as other programs write them: a byte order mark, a prefix, an origin, a place for the schema.
WRITTEN_ELSEWHERE = f"""\ufeff<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="codes.xsl"?>
<!-- exported for the team -->
<qda:CodeBook xmlns:qda="urn:QDA-XML:codebook:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="urn:QDA-XML:codebook:1.0 http://schema.qdasoftware.org/versions/Codebook/v1.0/Codebook.xsd"
  origin="OtherQDA 24.1">
  <qda:Codes>
    <qda:Code guid="{{{GUID}}}" name="Mandate" isCodable="false" color="#ffff00">
      <qda:Description>What was agreed &amp; by whom: <![CDATA[<governors>]]> é
second line</qda:Description>
      <qda:Code guid="{OTHER}" name="Mandate" isCodable="1" color="#3c3">
        <qda:Code guid="0DCEF2F5-E55C-49DA-8C33-9B0803C7AEB4" name="Âge d’or" isCodable="true"/>
      </qda:Code>
    </qda:Code>
    <qda:Code guid="9fa9bcb7-5b59-47a9-8c3e-f65cffdc7520" name="権限" isCodable="0"/>
  </qda:Codes>
  <qda:Sets>
    <qda:Set guid="{{7c108712-b650-4892-ac0b-fc9a10190c3b}}" name="Theme one">
      <qda:Description>Read together</qda:Description>
      <qda:MemberCode guid="{{{OTHER.upper()}}}"/>
      <qda:MemberCode guid="9fa9bcb7-5b59-47a9-8c3e-f65cffdc7520"/>
    </qda:Set>
  </qda:Sets>
</qda:CodeBook>
"""


def test_a_codebook_of_another_program(tmp_path):
    found = read_qdc(saved(tmp_path, WRITTEN_ELSEWHERE))
    assert found.origin == "OtherQDA 24.1"
    rows = [(c.id, c.label, c.parent, c.colour, c.is_codable, c.guid) for c in found.scheme.codes]
    assert rows == [
        ("mandate", "Mandate", None, "#ffff00", False, f"{{{GUID}}}"),
        ("mandate_2", "Mandate", "mandate", "#3c3", True, OTHER),
        ("age_dor", "Âge d’or", "mandate_2", None, True, "0DCEF2F5-E55C-49DA-8C33-9B0803C7AEB4"),
        ("code", "権限", None, None, False, "9fa9bcb7-5b59-47a9-8c3e-f65cffdc7520"),
    ]
    assert found.scheme.codes[0].definition == "What was agreed & by whom: <governors> é\nsecond line"
    theme = found.scheme.sets[0]
    assert (theme.label, theme.definition, theme.codes) == (
        "Theme one",
        "Read together",
        ("mandate_2", "code"),
    )
    assert theme.guid == "{7c108712-b650-4892-ac0b-fc9a10190c3b}"
    assert "OtherQDA 24.1" in found.scheme.source
    # What has no place in a scheme is said, not dropped in silence.
    assert found.notes == (
        "1 comment in the file is not kept.",
        "Instructions of other programs are not kept: xml-stylesheet.",
    )


def test_a_codebook_of_another_program_goes_back_with_all_that_it_brought(tmp_path):
    first = read_qdc(saved(tmp_path, WRITTEN_ELSEWHERE)).scheme
    write_qdc(first, tmp_path / "back.qdc")
    assert read_qdc(tmp_path / "back.qdc").scheme == first

    def facts(path: Path) -> list[Any]:
        """What the standard says, whatever the prefix and the order of attributes."""
        root = etree.parse(str(path)).getroot()
        return [
            (etree.QName(e).localname, sorted(plain(e).items()), (e.text or "").strip())
            for e in root.iter(etree.Element)
            if etree.QName(e).localname != "CodeBook"
        ]

    def plain(element: Any) -> dict[str, str]:
        known = {"1": "true", "0": "false"}
        return {
            name: known.get(value, value)
            if name == "isCodable"
            else value.strip("{}").lower()
            if name == "guid" and etree.QName(element).localname == "MemberCode"
            else value
            for name, value in element.attrib.items()
        }

    before, after = facts(tmp_path / "codes.qdc"), facts(tmp_path / "back.qdc")
    assert before == after


@pytest.mark.parametrize("name", [*scheme_names(), "england-2006", "england-2026"])
def test_every_scheme_of_ours_comes_back_as_it_went(name, tmp_path):
    scheme = load_scheme(name) if name in scheme_names() else scheme_of_roles(load_codebook(name))
    write_qdc(scheme, tmp_path / "codes.qdc")
    found = read_qdc(tmp_path / "codes.qdc")
    assert found.scheme == scheme
    assert found.notes == ()
    assert SCHEMA.validate(etree.parse(str(tmp_path / "codes.qdc")))
    write_qdc(found.scheme, tmp_path / "again.qdc")
    assert (tmp_path / "again.qdc").read_bytes() == (tmp_path / "codes.qdc").read_bytes()


TEXTS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff").filter(
        lambda c: c in "\t\n\r" or ord(c) >= 32
    ),
    max_size=12,
)
LABELS = TEXTS.filter(lambda text: text.strip())
IDS = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,6}", fullmatch=True).filter(lambda text: text != "none")
GUIDS = st.none() | st.uuids().map(str) | st.uuids().map(lambda guid: f"{{{str(guid).upper()}}}")


@st.composite
def schemes(draw: Any) -> CodeScheme:
    ids = draw(st.lists(IDS, min_size=1, max_size=7, unique=True))
    codes = [
        Code(
            id=code_id,
            label=draw(LABELS),
            definition=draw(TEXTS | st.just("Memo: not one\n\nExamples: neither")),
            memo=draw(TEXTS),
            parent=draw(st.none() | st.sampled_from(ids[:number])) if number else None,
            aliases=tuple(draw(st.lists(TEXTS, max_size=2))),
            examples=tuple(draw(st.lists(TEXTS | st.just("a?>b"), max_size=2))),
            colour=draw(st.none() | st.just("#aB3") | st.just("#1D70B8")),
            is_codable=draw(st.booleans()),
            guid=draw(GUIDS),
        )
        for number, code_id in enumerate(ids)
    ]
    sets = [
        CodeSet(
            set_id,
            draw(LABELS),
            draw(TEXTS),
            tuple(draw(st.lists(st.sampled_from(ids), max_size=3))),
            draw(GUIDS),
        )
        for set_id in draw(st.lists(IDS, max_size=3, unique=True))
    ]
    return CodeScheme(
        id=draw(TEXTS),
        title=draw(TEXTS),
        source=draw(TEXTS),
        valid_from=draw(TEXTS),
        codes=tuple(draw(st.permutations(codes))),
        sets=tuple(sets),
    )


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schemes())
def test_whatever_the_scheme_it_comes_back_the_same(tmp_path, scheme):
    path = tmp_path / "any.qdc"
    write_qdc(scheme, path)
    assert SCHEMA.validate(etree.parse(str(path)))
    assert read_qdc(path).scheme == scheme


def test_codes_many_levels_deep(tmp_path):
    chain = tuple(Code(f"c{n}", f"Level {n}", parent=f"c{n - 1}" if n else None) for n in range(150))
    scheme = CodeScheme("deep", "Deep", "", "", chain)
    write_qdc(scheme, tmp_path / "deep.qdc")
    assert read_qdc(tmp_path / "deep.qdc").scheme == scheme
    too_deep = tuple(Code(f"c{n}", f"Level {n}", parent=f"c{n - 1}" if n else None) for n in range(260))
    with pytest.raises(CodebookProblem, match="levels deep"):
        write_qdc(CodeScheme("deep", "Deep", "", "", too_deep), tmp_path / "deeper.qdc")
    assert not (tmp_path / "deeper.qdc").exists()


def test_other_programs_see_memo_and_aliases_and_what_they_change_counts(tmp_path):
    code = Code("exit", "Exit", "How support ends.", "Split from mandate.", aliases=("leaving", "handover"))
    scheme = CodeScheme("s", "S", "", "", (code,))
    path = tmp_path / "codes.qdc"
    write_qdc(scheme, path)
    text = path.read_text(encoding="utf-8")
    assert "How support ends.\n\nMemo: Split from mandate.\n\nAlso written: leaving; handover" in text
    path.write_text(text.replace("How support ends.", "How support is meant to end."), encoding="utf-8")
    kept = read_qdc(path).scheme.codes[0]
    assert kept == dataclasses.replace(code, definition="How support is meant to end.")
    path.write_text(text.replace("Memo: Split from", "Memo: Parted from"), encoding="utf-8")
    changed = read_qdc(path)
    assert changed.scheme.codes[0].definition.startswith("How support ends.\n\nMemo: Parted from mandate.")
    assert changed.scheme.codes[0].memo == ""
    assert "exit" in changed.notes[0]
    # A program that passes over the instruction and does not write it back leaves a plain codebook.
    lines = [line for line in text.splitlines() if "<?leadscape" not in line]
    path.write_text("\n".join(lines), encoding="utf-8")
    plain = read_qdc(path, valid_from="2026-09-01").scheme
    assert (plain.codes[0].id, plain.codes[0].guid, plain.valid_from) == (
        "exit",
        guid_of(scheme, code),
        "2026-09-01",
    )


BAD = codebook(
    """
<Code guid="12" name="A" isCodable="perhaps" color="red"/>
<Code name="B" isCodable="true" version="2"><Memo>x</Memo></Code>
<Code guid="5215cc69-b628-4e02-afb9-9beeaee55808" isCodable="true"/>
""",
    "<Sets/>",
)


def test_every_break_of_the_schema_is_listed_with_its_line(tmp_path):
    with pytest.raises(TableProblem) as told:
        read_qdc(saved(tmp_path, BAD))
    lines = told.value.problems.select("row", "column").rows()
    assert {row for row, _ in lines} == {4, 5, 6, 7}
    rules = " ".join(told.value.problems["rule"])
    for word in ("'12'", "'perhaps'", "'red'", "version", "guid", "name", "Missing child"):
        assert word in rules or any(word in str(place) for _, place in lines)
    assert "urn:" not in rules
    assert "line 4" in str(told.value)


def test_what_the_schema_allows_and_no_codebook_may_say_is_listed_too(tmp_path):
    text = codebook(
        f"""
<Code guid="{GUID}" name="A" isCodable="true"/>
<Code guid="{{{GUID.upper()}}}" name=" " isCodable="true"/>
""",
        f'<Sets><Set guid="{OTHER}" name="S"><MemberCode guid="{OTHER}"/></Set></Sets>',
    )
    with pytest.raises(TableProblem) as told:
        read_qdc(saved(tmp_path, text))
    assert told.value.problems["rule"].to_list() == [
        "Must have a name.",
        "The guid must be its own; line 4 has it too.",
        "Must be the guid of a code of this codebook.",
    ]


BOMB = "<!DOCTYPE a [<!ENTITY b0 'ha'>" + "".join(
    f"<!ENTITY b{n} '{f'&b{n - 1};' * 10}'>" for n in range(1, 10)
)  # a gigabyte in 600 bytes
ATTACKS = {
    "entities that swell": BOMB
    + "]>"
    + codebook(f'<Code guid="{GUID}" name="&b9;" isCodable="true"/>').split("\n", 1)[1],
    "a file of this machine": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f"<CodeBook {NAMESPACE}>&x;</CodeBook>",
    "something on the network": f'<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><CodeBook {NAMESPACE}/>',
    "after comments": f'<?xml version="1.0"?><!-- a --> <?b c?>\n<!DOCTYPE a><CodeBook {NAMESPACE}/>',
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_one_sentence(attack, encoding, tmp_path):
    text = ATTACKS[attack].replace(' encoding="utf-8"', "")
    with pytest.raises(FileProblem, match="brings a document type or entities of its own"):
        read_qdc(saved(tmp_path, text.encode(encoding)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 x", "a PDF document"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"hello", "no well-formed XML"),
        (f"<CodeBook {NAMESPACE}><Codes>".encode(), "line 1"),
        (b"<html><body/></html>", "html"),
        (b'<Project xmlns="urn:QDA-XML:project:1.0" name="x"/>', "a whole project"),
        (b"<a>" * 3000 + b"</a>" * 3000, "no well-formed XML"),
        (b"\xff\xfe\x00", "no well-formed XML"),
    ],
)
def test_a_file_that_is_no_codebook(content, told, tmp_path):
    with pytest.raises(FileProblem, match=told):
        read_qdc(saved(tmp_path, content))
    with pytest.raises(FileProblem, match="cannot be read"):
        read_qdc(tmp_path / "absent.qdc")


@pytest.mark.parametrize(
    "namespace", ["", 'xmlns="urn:QDA-XML:codebook:0:4"', 'xmlns="urn:QDA-XML:codebook:1:0"']
)
def test_the_namespaces_of_drafts_are_understood_and_said(namespace, tmp_path):
    path = saved(tmp_path, codebook(f'<Code guid="{GUID}" name="A" isCodable="true"/>', root=namespace))
    found = read_qdc(path)
    assert found.scheme.codes[0].label == "A"
    assert "was read as urn:QDA-XML:codebook:1.0" in found.notes[0]


def test_every_text_that_xml_cannot_hold_is_listed_and_nothing_is_written(tmp_path):
    codes = (Code("a", "A\x00B", guid=GUID), Code("b", "B", memo="\x1f\ud800", guid=f"{{{GUID}}}"))
    with pytest.raises(CodebookProblem) as told:
        write_qdc(CodeScheme("s", "S", "", "", codes), tmp_path / "codes.qdc")
    assert told.value.problems == (
        "Code a holds characters that XML cannot: U+0000.",
        "Code b holds characters that XML cannot: U+001F, U+D800.",
        "Code b has the guid of a.",
    )
    with pytest.raises(OutputBlocked, match=r"\.qdc"):
        write_qdc(CodeScheme("s", "S", "", "", codes), tmp_path / "codes.xml")
    assert not list(tmp_path.iterdir())


def test_the_schema_is_the_published_one():
    """Every rule of the schema in the standard, section 5.2, tried on the smallest codebook that breaks it."""
    good = f'<Code guid="{GUID}" name="A" isCodable="true" color="#abc"><Description/></Code>'
    accepted = [
        codebook(good),
        codebook(good, root=NAMESPACE + ' origin="x"'),
        codebook(good.replace("</Code>", good.replace("#abc", "#a1B2c3") + "</Code>")),
        codebook(
            good,
            f'<Sets><Set guid="{{{OTHER}}}" name=""><Description/><MemberCode guid="{GUID}"/></Set></Sets>',
        ),
    ]
    refused = [
        codebook(""),
        codebook(good, "<Sets/>"),
        codebook(good, "<Other/>"),
        codebook(good, root=NAMESPACE + ' name="x"'),
        codebook(good.replace(' name="A"', "")),
        codebook(good.replace(' isCodable="true"', "")),
        codebook(good.replace("#abc", "#abcd")),
        codebook(good.replace(GUID, GUID[:-1])),
        codebook(good.replace(GUID, "{" + GUID)),
        codebook(good.replace("<Description/>", "<Description/><Description/>")),
        codebook(good.replace("<Description/>", good + "<Description/>")),
        codebook(good.replace("<Description/>", "text")),
        codebook(good, f'<Sets><Set guid="{OTHER}"/></Sets>'),
        codebook(good, f'<Sets><Set guid="{OTHER}" name="S"><MemberCode/></Set></Sets>'),
    ]
    assert all(SCHEMA.validate(etree.fromstring(text.encode())) for text in accepted)
    assert not any(SCHEMA.validate(etree.fromstring(text.encode())) for text in refused)


def test_many_remarks_before_the_codebook_take_no_time(tmp_path):
    long = "<?x ?>" * 20_000
    with pytest.raises(FileProblem, match="no well-formed XML"):
        read_qdc(saved(tmp_path, long))
    with pytest.raises(FileProblem, match="document type"):
        read_qdc(saved(tmp_path, f"{long}<!-- a -->\n<!doctype x><x/>"))
