"""What is served beside the pages: nothing of a government's identity, nothing unlocked, nothing left out."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "leadscape_web" / "static" / "built"
TEMPLATES = sorted((ROOT / "src" / "leadscape_web").rglob("jinja2/**/*.html"))
NOT_OURS = re.compile(
    r"gds.?transport|crown|govuk-crest|royal.?arms|logotype|govuk-header|@font-face", re.IGNORECASE
)


@pytest.fixture(scope="module")
def built() -> list[Path]:
    files = [path for path in BUILT.rglob("*") if path.is_file()]
    assert files, "run make assets first"
    return files


def test_no_crown_no_logotype_no_typeface_of_government(built) -> None:
    text = [path for path in built if path.suffix in {".css", ".mjs", ".js", ".svg", ".html"}]
    assert {path.name for path in text} >= {"leadscape.css", "govuk-frontend.mjs", "maplibre-gl.mjs"}
    found = [(path.name, NOT_OURS.findall(path.read_text(encoding="utf-8"))) for path in text]
    assert [(name, words) for name, words in found if words] == []
    assert not [
        path.name
        for path in built
        if path.suffix in {".woff", ".woff2", ".ttf", ".otf", ".eot", ".png", ".ico"}
    ]


def test_styles_load_nothing_from_elsewhere(built) -> None:
    sheets = [path for path in built if path.suffix == ".css"]
    loaded = {
        one for path in sheets for one in re.findall(r"url\(([^)]*)\)", path.read_text(encoding="utf-8"))
    }
    assert all(one.strip("\"'").startswith("data:") for one in loaded)
    assert not any("@import" in path.read_text(encoding="utf-8") for path in sheets)


def test_text_is_set_in_a_typeface_of_the_system(built) -> None:
    css = (BUILT / "leadscape.css").read_text(encoding="utf-8")
    families = set(re.findall(r"font-family:([^;}]+)", css))
    assert families
    assert all("sans-serif" in family or family.strip() in {"inherit", "monospace"} for family in families)


def test_no_template_uses_the_header_footer_or_template_of_government() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert "components/header/" not in text, path
        assert "components/footer/" not in text, path
        assert "cookie-banner" not in text, path
        if path.name != "page.html":
            assert "govuk_frontend_jinja/template.html" not in text, f"{path}: extend govuk/page.html"


def test_no_template_needs_what_the_security_policy_refuses() -> None:
    refused = re.compile(r"\sstyle=|\son\w+=\"|<style\b|javascript:", re.IGNORECASE)
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*\bnonce=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    )
    for path in TEMPLATES:
        if "letters" in path.parts:
            continue  # an e-mail, never a page
        text = path.read_text(encoding="utf-8")
        assert not refused.findall(text), path
        assert not inline.findall(text), path


def test_packages_are_locked_by_their_content_and_from_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())
    assert not any(one.get("hasInstallScript") for one in packages.values() if not one.get("optional"))


def test_styles_and_macros_are_the_pair_that_fits() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert lock["packages"]["node_modules/govuk-frontend"]["version"] == "6.3.0"
    assert any(
        one.startswith("govuk-frontend-jinja==4.1.0")
        for one in project["project"]["optional-dependencies"]["web"]
    )


def test_the_package_that_is_built_holds_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "src/leadscape_web/static/**" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["artifacts"]


def test_licences_of_others_go_with_their_parts(built) -> None:
    names = {path.relative_to(BUILT).as_posix() for path in built}
    assert {"licences.txt", "maplibre-gl/LICENSE.txt"} <= names
