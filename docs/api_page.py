"""The interface for programs: every operation with its rule, scope, parameters and fields. No database is asked."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadscape_web.config.settings")

import django

django.setup()

from leadscape_web.accounts.api_problems import TITLES  # noqa: E402
from leadscape_web.accounts.tokens import SCOPES  # noqa: E402
from leadscape_web.config.api import ABOUT, Described, description, operations  # noqa: E402

POINTS = """\
Send a key with every request: `Authorization: Bearer ls_…`. A signed-in browser may read as well. How to begin:
[Use the API](../how-to/use-the-api.md). The service itself lists all of this at `/api/`, and describes it to programs
at `/api/v1/openapi.json` (OpenAPI 3.1).
"""


def api_page(note: str) -> str:
    """The page as Markdown."""
    parts = [note, "# API", "", ABOUT, "", POINTS]
    parts += ["## Scopes of a key", "", "| scope | opens |", "|---|---|"]
    parts += [f"| `{scope}` | {words} |" for scope, words in SCOPES.items()]
    parts += ["", "## Problems", "", "| status | kind |", "|---|---|"]
    parts += [f"| {status} | {title} |" for status, title in TITLES.items()]
    listed = list(operations())
    for tag in dict.fromkeys(one.tag for one in listed):
        parts += ["", f"## {tag}"]
        for one in listed:
            if one.tag == tag:
                parts += ["", *_operation(one)]
    parts += ["", "## Records", "", "Fields of what the operations give."]
    for name in _records(listed):
        parts += ["", *_record(name)]
    return "\n".join(parts) + "\n"


def _operation(one: Described) -> list[str]:
    scope = f"`{one.scope}`" if one.scope else "none"
    who = one.rule.sentence if one.rule else ""
    made = [f"### {one.method} {one.path}", "", one.description, "", f"Who may: {who}. Scope: {scope}."]
    record, many = _given(one)
    if record:
        made.append(f"Gives {'a page of records' if many else 'one record'} `{record}`.")
    sent = _sent(one)
    if sent:
        made.append(f"Takes a record `{sent}`.")
    if one.parameters:
        made += ["", "| parameter | meaning |", "|---|---|"]
        made += [
            f"| `{name}`{' (must be given)' if required and f'{{{name}}}' not in one.path else ''}"
            f" | {_cell(meaning or 'Which record.')} |"
            for name, meaning, required in one.parameters
        ]
    return made


def _given(one: Described) -> tuple[str, bool]:
    """Name of the record that an operation gives, and whether it gives a page of them; empty for a file."""
    responses = description()["paths"][one.path][one.method.lower()]["responses"]
    answer = next(about.get("content", {}) for status, about in responses.items() if int(status) < 300)
    name = _named(answer.get("application/json", {}).get("schema", {}))
    if not name.startswith("Page_"):
        return name, False
    return _named(_schemas()[name]["properties"]["items"]["items"]), True


def _sent(one: Described) -> str:
    """Name of the record that an operation takes; empty: none."""
    body = description()["paths"][one.path][one.method.lower()].get("requestBody", {})
    return _named(body.get("content", {}).get("application/json", {}).get("schema", {}))


def _records(listed: list[Described]) -> list[str]:
    """Records that the operations give and take, and those inside them, by name."""
    found: set[str] = set()
    waiting = [name for one in listed for name in (_given(one)[0], _sent(one))] + ["Problem"]
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            for field in _schemas()[name].get("properties", {}).values():
                inner = [field, field.get("items", {}), *field.get("anyOf", [])]
                waiting += [_named(each) for each in inner]
    return sorted(found)


def _record(name: str) -> list[str]:
    schema = _schemas()[name]
    rows = [
        f"| `{field}` | {_kind(about)} | {_cell(about.get('description', ''))} |"
        for field, about in schema.get("properties", {}).items()
    ]
    return [
        f"### {name}",
        "",
        _cell(schema.get("description", "")),
        "",
        "| field | type | meaning |",
        "|---|---|---|",
        *rows,
    ]


def _schemas() -> dict[str, Any]:
    return description()["components"]["schemas"]


def _named(shape: dict[str, Any]) -> str:
    return shape.get("$ref", "").rpartition("/")[2]


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return f"`{_named(field)}`"
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(f"`{each}`" for each in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("format") or field.get("type") or "any").replace("string", "text")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
