"""What studies published, as programs read it: tables already protected against disclosure, and files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Func, IntegerField
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from leadscape_web.accounts.api import ONE, PROBLEMS
from leadscape_web.accounts.api_access import needs
from leadscape_web.accounts.api_pages import PageQuery, Text, address_after, read_position, write_cursor
from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.register.api import one_of

router = Router(tags=["Landscape"])
READ = "landscape:read"


class TableShape(Schema):
    """One published table of one wave. Small counts are hidden, and enough others that nobody can work them out."""

    wave: UUID
    name: str
    title: str
    about: str = Field(description="What one row is, what a missing row means, who is left out.")
    rows: int = Field(description="How many rows it has.")


class TableList(Schema):
    """Every published table."""

    items: list[TableShape]


class OfWave(Schema):
    """Of which round."""

    wave: UUID | None = Field(None, description="Id of the round; all rounds without it.")


@router.get("/published-tables", response={200: TableList, **PROBLEMS}, summary="Published tables")
@allow(ANY_RIGHT)
@needs(READ)
def published_tables(request: HttpRequest, filters: Query[OfWave]) -> TableList:
    """Tables that studies published, without their rows; there are a few dozen a round."""
    count = Func(F("rows"), function="jsonb_array_length", output_field=IntegerField())
    found = PublishedTable.objects.filter(**filters.model_dump(exclude_none=True)).annotate(row_count=count)
    columns = found.order_by("wave_id", "position", "name").values_list(
        "wave_id", "name", "title", "about", "row_count"
    )
    names = ("wave", "name", "title", "about", "rows")
    return TableList(items=[TableShape.model_validate(dict(zip(names, one, strict=True))) for one in columns])


class WholeTable(TableShape):
    """One published table with some of its rows."""

    columns: dict[str, Any] = Field(description="Column to what it means.")
    items: list[dict[str, Any]] = Field(
        description="Rows in their order. A value x that may be missing has x_status beside it: why it is missing."
    )
    next_cursor: str | None = Field(description="Parameter cursor of the next page; null: this is the last.")
    next: str | None = Field(description="Address of the next page; null: this is the last.")


@router.get(
    "/published-tables/{uuid:wave}/{name}", response={200: WholeTable, **ONE}, summary="One published table"
)
@allow(ANY_RIGHT)
@needs(READ)
def published_table(request: HttpRequest, wave: UUID, name: Text, page: Query[PageQuery]) -> WholeTable:
    """One published table. What was published never changes, so its rows keep their places."""
    table = one_of(PublishedTable.objects.all(), wave_id=wave, name=name)
    start = read_position(page.cursor)
    end = start + page.limit
    cursor = write_cursor(end) if end < len(table.rows) else None
    return WholeTable.model_validate(
        {
            "wave": wave,
            "name": table.name,
            "title": table.title,
            "about": table.about,
            "rows": len(table.rows),
            "columns": table.columns,
            "items": table.rows[start:end],
            "next_cursor": cursor,
            "next": address_after(request, cursor),
        }
    )


class FileShape(Schema):
    """One file that a study published."""

    wave: UUID
    name: str
    media_type: str
    sha256: str = Field(description="Of its content, as hexadecimal.")


class FileList(Schema):
    """Every published file."""

    items: list[FileShape]


@router.get("/published-files", response={200: FileList, **PROBLEMS}, summary="Published files")
@allow(ANY_RIGHT)
@needs(READ)
def published_files(request: HttpRequest, filters: Query[OfWave]) -> FileList:
    """Reports, workbooks, charts, maps and shapes that studies published."""
    found = PublishedFile.objects.filter(**filters.model_dump(exclude_none=True)).order_by("wave_id", "name")
    names = ("wave_id", "name", "media_type", "sha256")
    items = [FileShape(wave=w, name=n, media_type=m, sha256=s) for w, n, m, s in found.values_list(*names)]
    return FileList(items=items)


@router.get(
    "/published-files/{uuid:wave}/{path:name}",
    response=ONE,
    summary="One published file",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, with its own media type.",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
@allow(ANY_RIGHT)
@needs(READ)
def published_file(request: HttpRequest, wave: UUID, name: Text) -> HttpResponse:
    """One file, as it was published, with its own media type; to be saved, never to be run."""
    file = one_of(PublishedFile.objects.all(), wave_id=wave, name=name)
    answer = HttpResponse(bytes(file.content), content_type=file.media_type)
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in file.name)
    answer["Content-Disposition"] = f'attachment; filename="{plain}"'
    return answer
