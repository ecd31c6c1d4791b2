"""Rules about the service as a whole: complete migrations, one reader of the environment, a log that knows nobody."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "leadscape_web").rglob("*.py"))

# They hand an environment on to other processes, or say which settings are used; none reads a setting of the service.
PASS_IT_ON = {"administration.py", "parent.py", "service_folder.py", "wsgi.py"}
OF_PEOPLE = {
    "email",
    "full_name",
    "person",
    "user",
    "username",
    "body",
    "POST",
    "GET",
    "path",
    "get_full_path",
}


def test_no_model_changed_without_its_migration() -> None:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    assert {
        app: [str(operation) for step in steps for operation in step.operations]
        for app, steps in found.items()
    } == {}


def test_environment_variables_have_one_reader() -> None:
    readers = {
        path.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers == {"environment.py"} | PASS_IT_ON


def test_nothing_of_a_person_or_a_request_is_logged() -> None:
    guilty = []
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id in ("log", "logger", "logging")
            ):
                named = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
                guilty += [f"{path.name}:{call.lineno}"] if named & OF_PEOPLE else []
    assert not guilty
