"""Every write in the code base takes an audit event: what writes, into which tables, and who gives the reason.

The database refuses a change without a reason, table by table (``tests/audit/test_web_audit_recording.py``). Here the
code is read, so that a new write, or a table that slips out of the history, is seen before it runs.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps

from leadscape_web.accounts.protection import TABLES

ROOT = Path(__file__).parents[2] / "src" / "leadscape_web"
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts]
ORM: Final = frozenset({
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "create_user", "acreate", "asave", "aupdate", "adelete",
})  # fmt: skip
SQL: Final = re.compile(
    r"\b(?:insert into|update|delete from|copy|truncate|merge into)\s+(?:table\s+)?\"?([a-z_]*)", re.I
)

# What each module writes. A module that writes must stand here; a table that it writes must have a history, or stand in
# WITHOUT_HISTORY. ``…`` is what cannot be read from the code: the helper that writes whatever it is given.
WRITES: Final[dict[str, frozenset[str]]] = {
    "accounts/account_views.py": frozenset({"accounts_personname"}),
    "accounts/adapter.py": frozenset({"accounts_user"}),
    "accounts/administering.py": frozenset({"accounts_access", "accounts_user", "mfa_authenticator"}),
    "accounts/bodies.py": frozenset({"accounts_organisation"}),
    "accounts/first_administrator.py": frozenset({"accounts_invitation", "accounts_organisation"}),
    "accounts/invitations.py": frozenset({
        "accounts_access", "accounts_invitation", "accounts_person", "accounts_personname", "accounts_user",
    }),
    "accounts/models.py": frozenset({"accounts_person", "accounts_user"}),
    "accounts/api_once.py": frozenset({"accounts_keptwrite"}),
    "accounts/openid/identities.py": frozenset({"accounts_identity"}),
    "accounts/second_factor.py": frozenset({"mfa_authenticator"}),
    "accounts/sessions.py": frozenset({"accounts_user", "django_session"}),
    "accounts/tokens.py": frozenset({"accounts_apitoken"}),
    "audit/exports.py": frozenset({"audit_export"}),
    "audit/versions.py": frozenset({"survey_leader", "survey_roleholding", "survey_support"}),
    "config/clearing.py": frozenset({"accounts_cache", "django_session"}),
    "imports/decision_views.py": frozenset({"imports_absence", "imports_import"}),
    "imports/files.py": frozenset({"imports_upload"}),
    "imports/views.py": frozenset({"imports_import"}),
    "imports/work/checking.py": frozenset({
        "imports_absence", "imports_change", "imports_import", "imports_problem", "imports_upload",
    }),
    "imports/work/comparing.py": frozenset({"imports_change"}),
    "imports/work/erasing.py": frozenset({"imports_import", "imports_problem", "imports_upload"}),
    "imports/work/returns.py": frozenset({
        "imports_problem", "imports_upload", "studies_studyinput",
    }),
    "imports/work/storing.py": frozenset({
        "accounts_person", "imports_import", "imports_problem", "register_school",
    }),
    "jobs/asking.py": frozenset({"jobs_job"}),
    "jobs/performing.py": frozenset({"jobs_job"}),
    "jobs/queue_tasks.py": frozenset({"jobs_job"}),
    "jobs/views.py": frozenset({"jobs_job"}),
    "landscape/loading/bulk.py": frozenset({"…"}),
    "landscape/loading/people.py": frozenset({"accounts_personname", "register_headship"}),
    "landscape/loading/published_rows.py": frozenset({"accounts_organisation"}),
    "landscape/loading/register_rows.py": frozenset({"register_membership", "register_school"}),
    "landscape/loading/survey_rows.py": frozenset({"survey_roleholding", "survey_support", "survey_wave"}),
    "privacy/work/answering.py": frozenset({"privacy_doubtfulrow", "privacy_withdrawnline"}),
    "privacy/work/doubts.py": frozenset({"privacy_doubtfulrow", "studies_studyinput"}),
    "privacy/work/files.py": frozenset({"studies_studyinput"}),
    "privacy/work/rewriting.py": frozenset({"studies_studyinput"}),
    "privacy/work/erasing.py": frozenset({
        "accounts_apitoken", "accounts_identity", "accounts_invitation", "accounts_personname", "accounts_user",
        "mfa_authenticator", "privacy_address", "privacy_erasure", "privacy_exclusion", "privacy_notice",
        "privacy_personrequest", "survey_roleholding", "survey_support",
    }),
    "privacy/work/ledger.py": frozenset({"privacy_exclusion", "privacy_objectionkey", "privacy_secret"}),
    "privacy/notices.py": frozenset({"privacy_address", "privacy_notice"}),
    "privacy/work/sending.py": frozenset({"privacy_address", "privacy_notice"}),
    "privacy/work/recognising.py": frozenset({
        "privacy_objectionkey", "privacy_reportedline", "privacy_withdrawnline",
    }),
    "privacy/work/retention.py": frozenset({
        "accounts_personname", "privacy_address", "privacy_notice", "privacy_personrequest", "privacy_retentiondone",
        "privacy_retentiondue", "studies_studyinput",
    }),
    "privacy/work/announcing.py": frozenset({"privacy_retentiondue", "privacy_retentionplan"}),
    "privacy/work/sifting.py": frozenset({"privacy_withdrawnline"}),
    "privacy/views/linked.py": frozenset({"privacy_personrequest"}),
    "privacy/views/people.py": frozenset({"privacy_basis", "privacy_personrequest", "privacy_recordgiven"}),
    "privacy/views/rules.py": frozenset({"privacy_basis", "privacy_retentionperiod"}),
    "register/search_index.py": frozenset({
        "register_searchentry", "register_searchoccurrence", "register_searchword",
    }),
    "review/blanking.py": frozenset({"review_questionline", "review_text"}),
    "review/deciding.py": frozenset({"review_decision", "review_text"}),
    "review/keeping.py": frozenset({"review_questionline", "review_question", "review_text"}),
    "review/sampling.py": frozenset({"review_answer"}),
    "review/taking_over.py": frozenset({"review_decision", "review_text"}),
    "review/work/drawing.py": frozenset({"review_entry", "review_sample"}),
    "review/work/retention.py": frozenset({"review_text"}),
    "review/work/sifting.py": frozenset({"review_text"}),
    "rounds/answers.py": frozenset({"rounds_line", "rounds_sending"}),
    "rounds/making.py": frozenset({"rounds_asked", "rounds_contact", "rounds_link", "rounds_round"}),
    "rounds/wanting.py": frozenset({"rounds_letter"}),
    "rounds/work/blanking.py": frozenset({"accounts_personname", "rounds_line", "rounds_sentline"}),
    "rounds/work/counting.py": frozenset({"rounds_round", "studies_study"}),
    "rounds/work/personal.py": frozenset({"rounds_meant"}),
    "rounds/work/retention.py": frozenset({"rounds_contact", "rounds_line"}),
    "rounds/work/asking.py": frozenset({"rounds_letter"}),
    "rounds/work/sending.py": frozenset({"rounds_asked", "rounds_letter", "rounds_link", "rounds_round"}),
    "studies/inputs.py": frozenset({"studies_studyinput"}),
    "studies/registers.py": frozenset({"studies_study"}),
    "studies/running.py": frozenset({"studies_study"}),
    "studies/study_folder.py": frozenset({"studies_study", "studies_studyinput"}),
    "survey/changes.py": frozenset({"accounts_personname", "survey_roleholding", "survey_support"}),
}  # fmt: skip
WITHOUT_HISTORY: Final[dict[str, str]] = {
    "accounts_person": "an id that says nothing; whatever is about the person has a history",
    "register_searchentry": "derived from the register and made anew with it",
    "register_searchoccurrence": "derived from the register and made anew with it",
    "register_searchword": "derived from the register and made anew with it",
    "landscape_publishedtable": "what a study published, never changed; its wave has a history",
    "landscape_publishedfile": "what a study published, never changed; its wave has a history",
    "django_session": "who is signed in now",
    "accounts_keptwrite": "which record a program's write was about, kept for a day; the write itself has a history",
    "accounts_cache": "counters of attempts to sign in",
    "rounds_meant": "made anew by every run of the study",
    "review_questionline": "made anew by every run of the study",
    "review_question": "what a run asks, written anew by every run; what people decide has a history",
    "jobs_job": "its own record: who asked for what, when, and what came of it",
    "privacy_objectionkey": "keyed hashes, one set a person, never changed; the exclusion or erasure has a history",
    "privacy_secret": "the secret of those hashes, which no history may hold",
    "privacy_reportedline": "made anew by every run of the study",
    "privacy_withdrawnline": "lines of one exclusion or erasure, never changed; that has a history",
    "privacy_retentionplan": "what the daily job foresees, made anew every day",
    "privacy_retentiondue": "which records that plan is about, made anew with it",
    "privacy_retentiondone": "its own record: what was erased and when",
    "imports_absence": "each row says who answered it and when; what came of the answer has a history",
    "imports_change": "what a check found, made anew by the next one",
    "imports_problem": "what a check found, made anew by the next one",
    "imports_upload": "a file as it was brought, never changed but emptied; its import has a history",
}
REASON_GIVEN_BY: Final[dict[str, str]] = {
    "accounts/models.py": "whoever makes a user: accounts/invitations.py",
    "accounts/api_once.py": "nobody: a table without history; the write that it is about gives its own",
    "audit/versions.py": "whoever saves a record: survey/changes.py",
    "landscape/loading/bulk.py": "landscape/loading/load.py, for everything that a load writes",
    "landscape/loading/people.py": "landscape/loading/load.py",
    "landscape/loading/survey_rows.py": "landscape/loading/load.py",
    "studies/inputs.py": "the job or load that adds or removes a file",
    "studies/registers.py": "imports/work/storing.py, with the import whose files are kept",
    "studies/study_folder.py": "studies/running.py",
    "imports/files.py": "imports/views.py and imports/decision_views.py",
    "imports/work/erasing.py": "privacy/work/erasing.py",
    "imports/work/comparing.py": "imports/work/checking.py",
    "imports/work/returns.py": "imports/work/storing.py; a trial is taken back",
    "accounts/second_factor.py": "whoever erases a person",
    "jobs/asking.py": "nobody: a job is its own record",
    "jobs/views.py": "nobody: a job is its own record",
    "landscape/loading/published_rows.py": "landscape/loading/load.py",
    "landscape/loading/register_rows.py": "landscape/loading/load.py",
    "register/search_index.py": "nobody: derived tables have no history",
    "privacy/work/announcing.py": "privacy/work/retention.py; its tables have no history",
    "privacy/work/doubts.py": "studies/running.py, privacy/work/answering.py, and whoever erases a person",
    "privacy/work/files.py": "privacy/work/answering.py, and whoever erases a person",
    "privacy/work/rewriting.py": "privacy/work/erasing.py",
    "privacy/work/ledger.py": "the command replay_erasures",
    "privacy/work/sifting.py": "whoever adds a file to a study: an import, a load, the count of a round",
    "review/blanking.py": "whoever erases a person",
    "rounds/wanting.py": "rounds/making.py, the pages and the jobs that ask for letters",
    "rounds/work/blanking.py": "whoever erases a person, and the daily job",
    "rounds/work/personal.py": "studies/running.py, and whoever erases a person",
    "rounds/work/retention.py": "rounds/work/asking.py, the daily job",
    "review/keeping.py": "studies/running.py, for everything that a run keeps",
    "review/taking_over.py": "studies/running.py, for everything that a run keeps",
    "review/work/retention.py": "privacy/work/retention.py, the daily job",
}
"""Modules that write without naming a reason themselves, and who does."""
NOT_THE_DATABASE: Final = {
    ("accounts/sign_in_forms.py", "super().save(request, **more)"): "sends a letter",
    ("config/logs.py", "line.update(getattr(record, 'fields', {}))"): "a mapping",
    (
        "config/readiness.py",
        "made.update(files('leadscape_web.accounts').joinpath('protection.py').read_bytes())",
    ): "a hash",
    ("config/readiness.py", "made.update(files(package).joinpath('sql', name).read_bytes())"): "a hash",
    ("accounts/protection.py", "TABLES.update(tables)"): "a mapping",
    ("accounts/api_problems.py", "content.update(more or {})"): "a mapping",
    ("config/settings.py", "globals().update(message_settings(ENVIRONMENT.email_url))"): "a mapping",
    ("govuk/drawing.py", "params.update(getattr(bound.field, 'params', {}))"): "a mapping",
    ("govuk/jinja.py", "made.globals.update"): "a mapping",
}
MODELS = {model.__name__: model._meta.db_table for model in apps.get_models()}


def writes_of(path: Path) -> list[tuple[str, set[str]]]:
    """Each write of a module: its source, and the tables it names."""
    name = path.relative_to(ROOT).as_posix()
    found = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        source = ast.unparse(call)
        if call.func.attr in ORM:
            if any(module == name and source.startswith(text) for module, text in NOT_THE_DATABASE):
                continue
            root = re.match(r"(\w+)\.(?:objects|_default_manager)\b", source)
            found.append((source, {MODELS[root[1]]} if root and root[1] in MODELS else set()))
        elif call.func.attr in {"execute", "executemany", "copy"}:
            text = " ".join(
                part.value
                for part in ast.walk(call)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            tables = {table for table in SQL.findall(text) if table in TABLES}
            if SQL.search(text):
                found.append((source, tables))
    return found


WRITERS = {path.relative_to(ROOT).as_posix(): writes for path in MODULES if (writes := writes_of(path))}


def test_every_module_that_writes_is_known() -> None:
    assert set(WRITERS) == set(WRITES), "what does the new module write, and who gives the reason?"


@pytest.mark.parametrize("module", WRITES)
def test_what_a_module_writes_is_what_it_is_known_to_write(module: str) -> None:
    named = set().union(*(tables for _, tables in WRITERS[module]))
    assert named <= WRITES[module]


@pytest.mark.parametrize("table", sorted(set().union(*WRITES.values()) - {"…"}))
def test_every_table_that_is_written_has_a_history(table: str) -> None:
    assert TABLES[table].audience or table in WITHOUT_HISTORY
    assert not (TABLES[table].audience and table in WITHOUT_HISTORY)


@pytest.mark.parametrize("module", WRITES)
def test_every_module_that_writes_gives_a_reason(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")
    gives = re.search(r"\bbecause\(|\bacting\([^)]*why", text) is not None
    assert gives != (module in REASON_GIVEN_BY)


def test_whatever_a_load_fills_has_a_history_or_a_reason_for_none() -> None:
    from leadscape_web.landscape.loading.load import FILLED

    for table in set(FILLED) - {"audit_event"}:
        assert TABLES[table].audience or table in WITHOUT_HISTORY, table


def test_whatever_is_merged_in_bulk_has_a_history_or_a_reason_for_none() -> None:
    merged = {
        call.args[1].value
        for path in MODULES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "merge_rows"
        and isinstance(call.args[1], ast.Constant)
    }  # fmt: skip
    assert {"register_school", "survey_leader", "accounts_person"} <= merged
    assert not {table for table in merged if not TABLES[table].audience and table not in WITHOUT_HISTORY}


OWNER: Final = re.compile(
    r"using\(\s*[\"']owner|using=[\"']owner|connections\[[\"']owner|db_manager\([\"']owner"
)
MAY_USE_THE_OWNER: Final = re.compile(
    r"management/|loading/|config/|accounts/first_administrator|accounts/apps|register/search_index"
    r"|jobs/(performing|queue_tasks)|studies/|(imports|review|rounds|privacy)/work/"
)


def test_nothing_writes_through_the_owner_in_a_request() -> None:
    """The owner role passes row-level security by; only loads, jobs, commands and tests may use it."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if OWNER.search(path.read_text(encoding="utf-8"))
    }
    assert not {user for user in users if not MAY_USE_THE_OWNER.search(user)}
