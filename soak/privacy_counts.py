"""Which hidden counts are worked out: by a stranger with all downloads, by a neighbour, from two runs of a study?"""

from __future__ import annotations

from typing import Any, Final

from soak.downloads import Downloads, fetch, learn, learn_that_others_stayed, rows_of, take
from soak.fault_jobs import ask_to_run, state_of, wait_for_end
from soak.findings import Findings
from soak.privacy_hidden import Knowledge, Ranges, name_of, worked_out
from soak.stage import Service
from soak.users import make_user
from soak.visiting import Visitor

RUN_SECONDS: Final = 1_200
TRUE_COUNTS: Final = (
    "select authority_id as code, count(*) as holdings, count(distinct leader_id) as leaders,"
    " count(*) filter (where origin = 'national') as national_holdings,"
    " count(*) filter (where origin = 'local') as local_holdings from survey_roleholding"
    " where withdrawn_at is null and authority_id is not null group by 1"
)
"""What whoever sees the people of an authority counts in their list of role-holdings."""


def worked_out_by_anybody(found: Findings, service: Service) -> None:
    """Everybody in turn."""
    before = take(service, newest_wave(service))
    by_stranger(found, before)
    by_neighbours(found, before, service)
    by_two_runs(found, before, service)


def newest_wave(service: Service) -> str:
    """The wave that pages show."""
    return str(
        service.query(
            "select id from survey_wave where superseded_at is null order by as_of desc, loaded_at desc limit 1"
        )[0]["id"]
    )


def by_stranger(found: Findings, taken: Downloads) -> None:
    """Somebody who sees no person, with everything that they may download."""
    known = learn(taken)
    if not known.hidden:
        found.add("Hidden counts worked out: the demonstration hides none", 0, 0)
        return
    ends, fits = worked_out(known)
    tell(found, f"Hidden counts worked out from all {taken.many} downloads together", known, ends, fits)


def tell(
    found: Findings, what: str, known: Knowledge, ends: dict[str, Any], fits: bool, more: str = ""
) -> None:
    """One line."""
    through = [f"{name} is {low:.0f}" for name, (low, high) in ends.items() if low == high]
    narrow = min((high - low for low, high in ends.values()), default=0)
    found.add(
        what, len(ends), len(through),
        f"{len(known.cells)} counts, {len(known.sums)} sums between them; the narrowest range that fits is"
        f" {narrow:.0f} wide. {more}{'; '.join(through[:3])}", within=fits,
    )  # fmt: skip


def by_neighbours(found: Findings, taken: Downloads, service: Service) -> None:
    """Readers of one authority, each of whom knows the counts of their own: what do they learn of the others?"""
    known = learn(taken)
    ranges, hidden = Ranges(known), set(known.hidden)
    true = {str(row["code"]): row for row in service.query(TRUE_COUNTS)}
    codes = sorted({name.split()[1] for name in hidden if name.startswith("authorities ")})
    check_list(service, codes, true)
    tried, through, wrong = 0, [], 0
    # Counts of one region tell of each other; those of another are tied to them by the nation only.
    region = {str(row["authority_code"]): row["region"] for row in taken.tables["authorities"].to_dicts()}
    for code in codes:
        own = own_counts(code, true.get(code, {}), known)
        others = {
            name
            for mine in own
            for name in ranges.together(mine)
            if name in hidden
            and name.split()[1] != code
            and region.get(name.split()[1], region[code]) == region[code]
        }
        for name in sorted(others):
            tried += 1
            one = ranges.of(name, own)
            if one is None:
                wrong += 1
            elif one[0] == one[1]:
                through.append(f"whoever reads {code} learns that {name} is {one[0]:.0f}")
    found.add(
        "Hidden counts of others worked out by readers of one authority, who count their own people", tried,
        len(through), f"{len(codes)} authorities with hidden counts. {'; '.join(through[:3])}", within=not wrong,
    )  # fmt: skip


def own_counts(code: str, row: dict[str, Any], known: Knowledge) -> dict[str, float]:
    """Counts of an authority as whoever sees its people counts them."""
    counts = {key: float(value) for key, value in row.items() if key != "code"}
    counts.setdefault("holdings", 0.0)
    named = {name_of("", "authorities", code, count): value for count, value in counts.items()}
    return {name: value for name, value in named.items() if name in known.cells}


def check_list(service: Service, codes: list[str], true: dict[str, dict[str, Any]]) -> None:
    """See in the first of them that a reader's own list says what readers of an authority are taken to know.

    Raises
    ------
    RuntimeError
        When it does not: then the figure would say nothing.
    """
    for code in codes[:1]:
        reader = Visitor(service, make_user("reader", "authority", code))
        name = service.query("select name from register_authority where code = %s", [code])[0]["name"]
        rows = rows_of(fetch(reader, "/survey/role-holdings/?format=csv").content)
        seen = sum(row["Authority"] == name for row in rows)
        held = true.get(code, {}).get("holdings", 0)
        if seen != held:
            raise RuntimeError(f"A reader of authority {code} sees {seen} role-holdings, and not {held}.")


def by_two_runs(found: Findings, before: Downloads, service: Service) -> None:
    """Somebody who took everything before and after the study was run again without the return of one authority."""
    what = "Hidden counts worked out from two runs that differ by one return"
    code = return_to_leave_out(service, learn(before))
    if not code:
        found.add(f"{what}: there is no return to leave out", 0, 0)
        return
    leave_out(code)
    job = ask_to_run(service)
    wait_for_end(service, job, RUN_SECONDS)
    if state_of(service, job) != "done":
        found.add(f"{what}: the second run ended well", 1, 1, state_of(service, job))
        return
    after = take(service, newest_wave(service))
    known = learn(after, learn(before, run="before"), run="after")
    alone = len(known.sums)
    learn_that_others_stayed(known, before, after, code)
    ends, fits = worked_out(known)
    tell(found, what, known, ends, True, f"{len(known.sums) - alone} places taken to be as they were"
         f"{'' if fits else ', which does not fit'}. ")  # fmt: skip


def return_to_leave_out(service: Service, known: Knowledge) -> str:
    """An authority whose own count is hidden and whose return is a file of its own; blank where there is none."""
    hidden = {name.split()[1] for name in known.hidden if name.startswith("authorities ")}
    files = service.query(
        "select file_name from studies_studyinput where key = 'returns' and removed_at is null order by file_name"
    )
    return next((code for row in files if (code := row["file_name"].partition(".")[0]) in hidden), "")


def leave_out(code: str) -> None:
    """Withdraw the return of an authority, as its respondent may ask."""
    from django.db import connections

    from leadscape_web.accounts.context import acting
    from leadscape_web.landscape.loading.load import lock_loads
    from leadscape_web.studies.inputs import add_input
    from leadscape_web.studies.models import Study

    content = (
        "respondent_id,nomination_id,leader_id,returned_by,reason,withdrawn_on,recorded_by\n"
        f"{code},,,,Asked by letter,2006-10-01,clerk\n"
    )
    with acting(why="A return was withdrawn", using="owner"):
        lock_loads(connections["owner"].cursor().cursor)
        study = Study.objects.using("owner").order_by("pk").first()
        assert study is not None
        add_input(study, "withdrawals", "withdrawals.csv", content.encode())
