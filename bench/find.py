"""Finding a school or a person by what somebody typed: ours beside what PostgreSQL offers, at national size.

Names of the loaded system are written as people write them: with one slip or two, a word left out, another wording
(*Saint*, *C of E*, *Sch.*), in another order, with the place, or only begun. A search has found when something of that
name, or with the place the very school, is among its first five or ten. Every method searches the same names, with the
indexes it needs, in the same database and run:

* ``ilike``: every word somewhere in the name; * ``full text``: all words, or any of them, ranked by ``ts_rank_cd``;
* ``trigrams``: ``similarity`` over a GIN index.

People are searched by a reader of the nation under row-level security, so no index serves anybody. At last the page
itself is asked for. Real names of July 2023 (``LEADSCAPE_REAL_DATA``) are searched too, where they are at hand.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("LEADSCAPE_REAL_DATA", ROOT.parent / "shared" / "data"))
REAL_NAMES = REAL / "register" / "rtt_schools_gias_2023-07-20.csv"
ASKED = 40
"""Names of each way to write."""
FIRST = 10
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SETTING = "DJANGO_SETTINGS_MODULE"
Asked = tuple[str, str, str]
"""What is typed; what name is meant; which school, where the place says so."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Finding by name: leadscape beside PostgreSQL's own means.")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument(
        "--data", type=Path, help="folder of a service that holds the national demonstration already"
    )
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT / "src")]
    from leadscape_web.config.embedded import OWNER, SERVICE, running

    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ls-") as folder, running(options.data or Path(folder)) as server:
        server.create_database()
        os.environ |= {"DATABASE_URL": server.url(SERVICE), "LEADSCAPE_OWNER_URL": server.url(OWNER)}
        os.environ[SETTING] = "leadscape_web.config.settings"
        import django

        django.setup()
        logging.disable(logging.INFO)
        prepare(loaded=options.data is not None)
        results["schools"] = measure_schools("invented")
        results["people"] = measure_people()
        results["page"] = measure_page()
        if REAL_NAMES.exists():
            load_real_names()
            results["real schools"] = measure_schools("real, July 2023")
        from django.db import connections

        connections.close_all()
    if options.json:
        print(json.dumps(results))


def prepare(*, loaded: bool) -> None:
    """The national demonstration, its index, and a reader of the nation."""
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)
    if not loaded:
        call_command("load_demo", "national", verbosity=0)
    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import Access, Organisation, User
    from leadscape_web.register.search_index import rebuild

    started = time.perf_counter()
    rebuilt = rebuild("owner")
    print(
        f"Index of {rebuilt.entries:,} entries, {rebuilt.words:,} words: {time.perf_counter() - started:.1f} s"
    )
    with acting(why="A reader to measure with", using="owner"):
        nation, _ = Organisation.objects.using("owner").get_or_create(
            kind="nation", key="england", defaults={"label": "England"}
        )
        if not User.objects.using("owner").filter(email="bench@leadscape.example").exists():
            user = User.objects.db_manager("owner").create_user("bench@leadscape.example", None)
            Access.objects.using("owner").create(user=user, organisation=nation, right="reader")


def reader() -> Any:
    """The user to measure with."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    with acting(purpose="sign-in"):
        return User.objects.get(email="bench@leadscape.example")


def load_real_names() -> None:
    """Real schools in the place of the invented ones, in the index alone: nothing else is asked of it."""
    import polars as pl
    from django.db import connections, transaction

    from leadscape_web.register import search_index

    read = pl.read_csv(REAL_NAMES, infer_schema_length=0)
    found = read.select(
        kind=pl.lit("school"), key="urn", label="name", detail=pl.col("town").fill_null(""), because=pl.lit("name"),
        named="name", weight=pl.lit(0.7), is_name=pl.lit(value=True),
    )  # fmt: skip
    entries, words, occurrences = search_index.take_entries_apart(found)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table, frame in (("occurrence", occurrences), ("word", words), ("entry", entries)):
            cursor.execute(f"truncate register_search{table}")
            search_index._copy(cursor, f"register_search{table}", frame)
            cursor.execute(f"analyze register_search{table}")


def measure_schools(source: str) -> dict[str, Any]:
    """Every method on every way to write a school's name."""
    from django.db import connection, connections

    from leadscape_web.accounts.context import acting
    from leadscape_web.register.find import find

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "drop table if exists bench_name;"
            " create table bench_name as select id, key, label as name, detail as place,"
            " to_tsvector('simple', unaccent(named || ' ' || detail)) as words from register_searchentry"
            " where because in ('name', 'former name')"
        )
        cursor.execute(
            "create index on bench_name using gin (words); create index on bench_name using gin (name gin_trgm_ops);"
            "analyze bench_name; grant select on bench_name to public"
        )
        cursor.execute("select key, name, place from bench_name where key in (select key from register_searchentry"
                       " where kind = 'school' and because = 'name') order by id")  # fmt: skip
        schools = cursor.fetchall()

    def ours(typed: str) -> Iterable[tuple[str, str]]:
        return [(one.label, one.key) for one in find(typed, people=False).matches[:FIRST]]

    def asked_of(sql: str, words: Callable[[str], Any]) -> Callable[[str], Iterable[tuple[str, str]]]:
        def ask(typed: str) -> Iterable[tuple[str, str]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, words(typed))
                return cursor.fetchall()

        return ask

    plain = re.compile(r"\w+")
    methods = {
        "leadscape": ours,
        "ilike": asked_of(
            "select name, key from bench_name where concat_ws(' ', name, place) ilike all (%s)"
            f" order by length(name), key limit {FIRST}",
            lambda typed: [[f"%{word}%" for word in typed.split()]],
        ),
        "full text, all": asked_of(
            "select name, key from bench_name, plainto_tsquery('simple', unaccent(%s)) q where words @@ q"
            f" order by ts_rank_cd(words, q, 1) desc, length(name), key limit {FIRST}",
            lambda typed: [typed],
        ),
        "full text, any": asked_of(
            "select name, key from bench_name, to_tsquery('simple', unaccent(%s)) q where words @@ q"
            f" order by ts_rank(words, q, 1) desc, length(name), key limit {FIRST}",
            lambda typed: [" | ".join(plain.findall(typed)) or "x"],
        ),
        "trigrams": asked_of(
            "select name, key from bench_name where name %% %s"
            f" order by similarity(name, %s) desc, length(name), key limit {FIRST}",
            lambda typed: [typed, typed],
        ),
    }
    with acting(reader()):
        return compare(f"Schools, {source}: {len(schools):,} names", methods, ways_to_write(schools))


def measure_people() -> dict[str, Any]:
    """Every method on every way to write a person's name, as a reader of the nation."""
    from django.db import connection, connections

    from leadscape_web.accounts.context import acting
    from leadscape_web.register.find import find

    with connections["owner"].cursor() as cursor:
        cursor.execute("select full_name from accounts_personname where superseded_at is null and person_id in"
                       " (select person_id from register_headship) order by full_name")  # fmt: skip
        names = [name for (name,) in cursor.fetchall()]

    def ours(typed: str) -> Iterable[tuple[str, str]]:
        return [(one.label, "") for one in find(typed, "person").matches[:FIRST]]

    def ask_of(sql: str, words: Callable[[str], Any]) -> Callable[[str], Iterable[tuple[str, str]]]:
        def ask(typed: str) -> Iterable[tuple[str, str]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, words(typed))
                return [(name, "") for (name,) in cursor.fetchall()]

        return ask

    base = "select full_name from accounts_personname where superseded_at is null and "
    methods = {
        "leadscape": ours,
        "ilike": ask_of(
            f"{base} full_name ilike all (%s) order by length(full_name), full_name limit {FIRST}",
            lambda typed: [[f"%{word}%" for word in typed.split()]],
        ),
        "full text, all": ask_of(
            f"{base} to_tsvector('simple', full_name) @@ plainto_tsquery('simple', %s)"
            f" order by full_name limit {FIRST}",
            lambda typed: [typed],
        ),
        "trigrams": ask_of(
            f"{base} full_name %% %s order by similarity(full_name, %s) desc, full_name limit {FIRST}",
            lambda typed: [typed, typed],
        ),
    }
    rng = random.Random(2006)
    ways = {
        "as written": lambda name: name,
        "one slip": lambda name: slip(name, rng),
        "two slips": lambda name: slip(slip(name, rng), rng),
        "initial": lambda name: f"{name[0]} {name.split()[-1]}",
        "turned": lambda name: " ".join(reversed(name.split())),
    }
    plain = [name for name in names if re.fullmatch(r"[A-Z][\w'-]+ [A-Z][\w'-]+", name)]
    asked = {
        way: [(write(name), name, "") for name in rng.sample(plain, ASKED)] for way, write in ways.items()
    }
    with acting(reader()):
        return compare(f"People, under row-level security: {len(names):,} names", methods, asked)


def measure_page() -> dict[str, Any]:
    """The whole page, as the server makes it."""
    from django.test import Client

    from leadscape_web.accounts.context import acting
    from leadscape_web.register.models import SearchEntry

    user, client = reader(), Client(HTTP_HOST="127.0.0.1")
    with acting(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    named = SearchEntry.objects.filter(because="name", kind="school").order_by("id")
    rng = random.Random(7)
    typed = [slip(name, rng) for name in rng.sample([one.named for one in named], 2 * ASKED)]
    typed += ["primary school", "st marys", "church of england", "smith", "leeds", "100001", "a b", "zzzz"]
    took, worked = [], []
    for text in typed:
        tries = []
        for _ in range(2):
            started, used = time.perf_counter(), processor_ms()
            answer = client.get("/find/", {"q": text})
            tries.append((1000 * (time.perf_counter() - started), processor_ms() - used))
            assert answer.status_code == 200
        took.append(min(wall for wall, _ in tries))
        worked.append(min(work for _, work in tries))
    told, work = times(took), times(worked)
    print(
        f"\nThe page, {len(typed)} questions of a reader of the nation, the better of two, in ms: {words_of(told)}"
    )
    print(f"Processor time of the service and the database together, in ms: {words_of(work)}")
    return {"wall": told, "processor": work}


def processor_ms() -> float:
    """Processor time so far of this process and of the database's process for it, where the machine tells."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        database = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        database = 0.0
    return 1000 * time.process_time() + database


def ways_to_write(schools: list[tuple[str, str, str]]) -> dict[str, list[Asked]]:
    """What is typed for some schools, by way of writing."""
    from leadscape.demo.spelling import SCHOOL_REWORDINGS

    rng = random.Random(2006)

    def reworded(name: str) -> str:
        changed = [
            re.sub(pattern, written.replace("$1", r"\1"), name, count=1)
            for pattern, written in SCHOOL_REWORDINGS
            if re.search(pattern, name)
        ]
        return rng.choice(changed) if changed else name

    def shortened(name: str) -> str:
        words = name.split()
        if len(words) > 2:
            del words[rng.randrange(len(words))]
        return " ".join(words)

    def begun(name: str) -> str:
        words = name.split()
        return " ".join([words[0], words[1][: max(3, len(words[1]) // 2)]]) if len(words) > 1 else name

    ways: dict[str, Callable[[str], str]] = {
        "as written": lambda name: name,
        "one slip": lambda name: slip(name, rng),
        "two slips": lambda name: slip(slip(name, rng), rng),
        "a word left out": shortened,
        "another wording": reworded,
        "another order": lambda name: " ".join(rng.sample(name.split(), len(name.split()))),
        "begun": begun,
    }
    asked = {
        way: [(write(name), name, "") for _, name, _ in rng.sample(schools, ASKED)]
        for way, write in ways.items()
    }
    placed = rng.sample([one for one in schools if one[2]], ASKED)
    asked["with its place"] = [
        (f"{slip(name, rng)} {place.split(',')[0]}", name, key) for key, name, place in placed
    ]
    return asked


def slip(text: str, rng: random.Random) -> str:
    """One letter left out, put in, replaced, or two swapped."""
    at = rng.randrange(1, len(text) - 1)
    letter = rng.choice(LETTERS)
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )


def compare(
    title: str,
    methods: dict[str, Callable[[str], Iterable[tuple[str, str]]]],
    asked: dict[str, list[Asked]],
) -> dict[str, Any]:
    """Share found among the first five and ten, by way of writing, and how long it took."""
    told: dict[str, Any] = {}
    for name, ask in methods.items():
        ask("ashgrove primary")
        took: list[float] = []
        shares: dict[str, tuple[float, float]] = {}
        for way, lines in asked.items():
            places = []
            for typed, meant, key in lines:
                started = time.perf_counter()
                found = list(ask(typed))
                took.append(1000 * (time.perf_counter() - started))
                right = [one[1] == key if key else one[0] == meant for one in found]
                places.append(right.index(True) if True in right else FIRST)
            shares[way] = (
                sum(at < 5 for at in places) / len(lines),
                sum(at < FIRST for at in places) / len(lines),
            )
        told[name] = {"top 5, top 10": shares, "ms": times(took)}
    print(f"\n{title}; {ASKED} of each; found among the first 5 / 10, in %")
    print(f"{'':<18}" + "".join(f"{name:>17}" for name in methods))
    for way in asked:
        cells = (told[name]["top 5, top 10"][way] for name in methods)
        print(f"{way:<18}" + "".join(f"{100 * five:>12.0f} /{100 * ten:>3.0f}" for five, ten in cells))
    mean = {name: statistics.mean(ten for _, ten in told[name]["top 5, top 10"].values()) for name in methods}
    print(f"{'mean of top 10':<18}" + "".join(f"{100 * mean[name]:>17.1f}" for name in methods))
    print(f"{'ms, p50 / p95':<18}" + "".join(
        f"{told[name]['ms']['p50']:>10.1f} /{told[name]['ms']['p95']:>5.0f}" for name in methods
    ))  # fmt: skip
    print(f"{'ms, most':<18}" + "".join(f"{told[name]['ms']['max']:>17.0f}" for name in methods))
    return told


def times(took: list[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(took)
    at = (len(ordered) - 1) * 0.95
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[round(at)], 1),
        "max": round(ordered[-1], 1),
    }


def words_of(told: dict[str, float]) -> str:
    """Times in a line."""
    return f"median {told['p50']:.0f}, 95 % below {told['p95']:.0f}, at most {told['max']:.0f}"


if __name__ == "__main__":
    main()
