"""A small right file for every reader of the library, from which thousands of wrong ones are made."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter

from leadscape.actions.write_demo_files import write_demo_files
from leadscape.actions.write_forms import write_forms
from leadscape.codebooks import load_codebook
from leadscape.core.tables import frame_of
from leadscape.survey.coding.refi_qda import write_qdc
from leadscape.survey.coding.scheme_files import load_scheme
from leadscape.survey.coding.segments import cut_segments
from leadscape.survey.coding.sheets import lay_out_sheet, write_sheet
from leadscape.survey.coding.tables import Sources, Suggestions
from leadscape.survey.validation.forms import write_forms as write_validation_forms
from leadscape.survey.validation.tables import ValidationSample

from soak.old_workbook import old_workbook
from tests.support.forms import fill_form

SCHEME: Final = "executive-heads-2006"
DATA: Final = files("leadscape.codebooks") / "data"
LINES: Final = 13
"""Lines of a base table: enough for every rule to apply, few enough for thousands of copies."""


def write_bases(folder: Path) -> None:
    """Every reader's file, as it should be, below ``folder``; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = folder / "demo"
    write_demo_files(demo, size="small")
    register = gzip.decompress((demo / "register.csv.gz").read_bytes()).decode().splitlines()
    schools = [register[0], *[line for line in register[1:] if ",Primary," in line][: LINES - 1]]
    tables: dict[str, list[str] | str] = {
        "schools.csv": schools,
        "links.csv": (demo / "links.csv").read_text().splitlines()[:LINES],
        "groups.csv": (demo / "groups.csv").read_text().splitlines()[:LINES],
        "frame.csv": (demo / "respondents.csv").read_text().splitlines()[:LINES],
        "agencies.csv": (demo / "agencies.csv").read_text().splitlines()[:LINES],
        "decisions.csv": (demo / "review.csv").read_text().splitlines()[:LINES],
    } | _WRITTEN
    for name, lines in tables.items():
        text = lines if isinstance(lines, str) else "\n".join(lines) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "schools.csv.gz").write_bytes(gzip.compress((folder / "schools.csv").read_bytes(), 1, mtime=0))
    for name in ("schools", "agencies", "decisions", "objections", "withdrawals"):
        _workbook(folder / f"{name}.csv", folder / f"{name}.xlsx")
    with (folder / "schools.csv").open(encoding="utf-8", newline="") as read:
        (folder / "schools.xls").write_bytes(old_workbook(list(csv.reader(read))))
    pl.read_csv(folder / "schools.csv", infer_schema_length=0).write_parquet(folder / "schools.parquet")
    _write_forms(folder)
    _write_sheets(folder)
    _write_configurations(folder)


def _workbook(source: Path, target: Path) -> None:
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet("Table")
        for row, cells in enumerate(csv.reader(io.StringIO(source.read_text(encoding="utf-8")))):
            for column, cell in enumerate(cells):
                number = cell.isdecimal() and len(cell) < 12
                page.write_number(row, column, int(cell)) if number else page.write_string(row, column, cell)


def _write_forms(folder: Path) -> None:
    write_forms("landscape-nomination", folder / "forms", frame=folder / "frame.csv")
    form = sorted((folder / "forms").glob("*.xlsx"))[0]
    fill_form(
        form, {"consent": "Yes"}, [{"Name of leader": "Alice Ash", "Home school": "Yarship Primary School"}]
    )
    form.rename(folder / "form.xlsx")
    sample = frame_of(
        ValidationSample, [{**_ENTRY, "entry_id": f"h{n}", "leader_id": f"L{n}"} for n in range(3)]
    )
    sample.write_csv(folder / "sample.csv")
    written = write_validation_forms(sample, folder / "validation", load_codebook("england-2006"))
    written[0].rename(folder / "answers.xlsx")
    write_validation_forms(sample, folder / "validation-csv", load_codebook("england-2006"), kind="csv")[
        0
    ].rename(folder / "answers.csv")


def _write_sheets(folder: Path) -> None:
    sources, segments = coded_texts()
    sheet = lay_out_sheet(segments, sources, Suggestions.create_empty(), "Ann", 1)
    for ending in ("csv", "xlsx"):
        write_sheet(sheet, load_scheme(SCHEME), folder / f"sheet.{ending}")
    write_qdc(load_scheme(SCHEME), folder / "scheme.qdc")
    first = segments["segment_id"][0]
    (folder / "queue.csv").write_text(
        f"segment_id,text,decision,decided_by,why\n{first},,none,Ann,Nothing fits\n", encoding="utf-8"
    )
    (folder / "segments.csv").write_text(segments.drop("row", strict=False).write_csv(), encoding="utf-8")


def _write_configurations(folder: Path) -> None:
    (folder / "codebook.toml").write_bytes((DATA / "england_2006.toml").read_bytes())
    (folder / "scheme.toml").write_bytes((DATA / "scheme_executive_heads_2006.toml").read_bytes())
    (folder / "instrument.toml").write_bytes((DATA / "instrument_landscape_nomination_v1.toml").read_bytes())
    shipped = files("leadscape.register") / "format_files" / "school_list.toml"
    (folder / "mapping.toml").write_bytes(shipped.read_bytes())


def coded_texts() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Answers and the segments that they were cut into: what coding sheets and queues are checked against."""
    texts = (
        "Nobody said when it would end. The governors paid.",
        "=SUM(A1) was all they paid",
        "The weather held",
    )
    sources = frame_of(
        Sources,
        [{"source_id": f"a{n}", "text": text, "permission": "unknown"} for n, text in enumerate(texts, 1)],
    )
    return sources, cut_segments(sources)


_ENTRY: Final = {
    "role": "mentor_head", "stratum": "mentor_head", "reported": 3, "drawn": 3, "inclusion_share": 1.0,
    "random_number": 0.5, "leader_name": "Alice Ash", "role_label": "Mentor head", "home_urn": "700015",
    "home_school": "Yarship Primary School", "partner_schools": "Eastcroft School", "started_on": date(2005, 9, 1),
}  # fmt: skip
_WRITTEN: Final[dict[str, str]] = {
    "withdrawals.csv": "respondent_id,nomination_id,leader_id,returned_by,reason,withdrawn_on,recorded_by\n"
    "380,,,,Asked by letter,2006-10-01,clerk\n,n0123456789abcdef,,,,01/10/2006,clerk\n,,L0123456789,380,,,\n",
    "objections.csv": "objection_id,key,rule,kind,recorded_on,recorded_by,reason\n"
    f"o1,{'0123456789abcdef' * 2},name,objection,2006-10-01,clerk,\n"
    f"o1,{'f' * 32},name,objection,2006-10-01,clerk,=1+1\n",
    "secret": "0123456789abcdef" * 4 + "\n",
    "contacts.csv": "respondent_id,respondent_name,kind,authority_code,region,response,channel,asked_on,answered_on\n"
    "380,Bradford,authority,380,North,yes,email,2006-05-01,2006-06-01\n382,Kirklees,authority,382,North,,post,,\n",
    "people.csv": "name,school,la,role,source\nAlice Ash,Yarship Primary School,Bradford,mentor,380\n"
    "Bob Birch,Hurwick Secondary School,Leeds,executive head,383\n",
    "wordings.csv": "school,la,town,postcode,urn\nYarship Primary,Bradford,Yarship,BD1 1AA,\n,,,,700015\n",
    "aliases.csv": "name_key,place_key,urn,decided_by\nyarship,bradford,700015,clerk\nhurwick,,,clerk\n",
    "ratings.csv": "unit,Ann,Ben\n1,mandate,mandate\n2,funding,none\n3,,mandate\n4,funding,funding\n",
    "labels.csv": "unit,coder,value\n1,Ann,mandate;funding\n1,Ben,mandate\n2,Ann,none\n2,Ben,funding\n",
    "names.csv": "name\nAlice Ash\nBob Birch\n",
    "sources.csv": "respondent,question,answer,permission\n380,why,Nobody said when it would end.,yes\n"
    "383,why,Money,no\n",
    "recodes.csv": "code,change,becomes,why,decided_by,decided_on\nold,renamed,funding,Clearer,Ann,2006-10-01\n"
    "other,dropped,,Not used,Ann,2006-10-01\n",
    "notice.toml": "[notice]\n"
    + "".join(
        f'{key} = "{word}"\n'
        for key, word in {
            "controller": "The Study", "contact": "study@leadscape.example", "data_protection_officer": "none",
            "purpose": "to learn who leads", "lawful_basis": "public_task", "basis_explained": "The task of the Study",
            "recipients": "the team", "transfers": "none", "retention": "two years", "complaints": "The Authority",
        }.items()
    ),
    "areas.geojson": '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "380",'
    ' "name": "Bradford"}, "geometry": {"type": "Polygon", "coordinates":'
    ' [[[-2,53],[-1,53],[-1,54],[-2,54],[-2,53]]]}},'
    ' {"type": "Feature", "properties": {"code": "383", "name": "Leeds"}, "geometry": {"type": "MultiPolygon",'
    ' "coordinates": [[[[-1,53],[0,53],[0,54],[-1,54],[-1,53]]]]}}]}',
    "areas.topojson": '{"type": "Topology", "transform": {"scale": [0.01, 0.01], "translate": [-2, 53]}, "objects":'
    ' {"areas": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "properties": {"code": "380"},'
    ' "arcs": [[0]]}, {"type": "MultiPolygon", "properties": {"code": "383"}, "arcs": [[[1]]]}]}}, "arcs":'
    " [[[0,0],[100,0],[0,100],[-100,0],[0,-100]], [[100,0],[100,0],[0,100],[-100,0],[0,-100]]]}",
}  # fmt: skip
