"""Can a name be found where none may be, or a hidden count be worked out?"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.optimize import linprog

from soak.fault_backup import erase_somebody
from soak.findings import Findings, finding
from soak.stage import Service, copy_of, make_key, make_user, serving, use_database
from soak.visiting import Visitor

SMALLEST: Final = 6
"""Counts of people below it are hidden."""
PLACES: Final = (("authorities", "authority_code"), ("regions", "region"))
"""Published tables with places, and the column that names them."""
COUNTS: Final = ("holdings", "leaders", "reported_at_least", "national_holdings", "local_holdings")


def run(share: float = 1.0) -> Findings:
    """A copy of a demonstration, used as people use it, then searched."""
    with (
        finding("privacy") as found,
        copy_of("national" if share >= 1 else "small") as folder,
        serving(folder) as service,
    ):
        use_database(service)
        names = [row["name"] for row in service.query("select full_name as name from accounts_personname")]
        emails = [row["email"] for row in service.query("select email from accounts_user")]
        use(service)
        name = erased(found, service)
        logs(found, service, [*names, *emails, name])
        hidden(found, service)
        if share < 1:
            found.notes.append("A short run: the small demonstration, not the national one.")
    return found


def use(service: Service) -> None:
    """Ask for people in every way, so that whoever would write a name into a log has reason to."""
    reader = Visitor(service, make_user("reader"))
    for row in service.query(
        "select l.id, n.full_name as name from survey_leader l join accounts_personname n using (person_id)"
        " where n.superseded_at is null order by l.key limit 40"
    ):
        for path in (f"/survey/leader/{row['id']}/", f"/find/?q={row['name']}", f"/nowhere/{row['name']}/",
                     f"/survey/leader/{row['name']}/", f"/api/v1/find?q={row['name']}"):  # fmt: skip
            reader.get(path.replace(" ", "%20").replace("'", "%27"))
        reader.ask(
            "POST",
            "/account/sign-in/",
            data={"login": f"{row['name']}@leadscape.example", "password": row["name"]},
        )


def erased(found: Findings, service: Service) -> str:
    """Erase a person and look for their name in a dump of everything, and in the folder of the service."""
    from leadscape_web.config.embedded import programs

    person, name = erase_somebody(service)
    if not person:
        found.not_run.append("A person's name after an erasure: the job that erases did not end well.")
        return ""
    dump = subprocess.run(
        [str(programs() / "pg_dump"), service.url()], capture_output=True, check=True
    ).stdout
    messages = b"".join(file.read_bytes() for file in (service.folder / "messages").glob("*"))
    times = sum(part.decode(errors="replace").casefold().count(name.casefold()) for part in (dump, messages))
    found.add("The name of a person who was erased, in a dump of the database and in messages", len(dump), times,
              f"{len(dump) / 1e6:.0f} MB searched")  # fmt: skip
    return name


def logs(found: Findings, service: Service, names: list[str]) -> None:
    """Every name and address of the demonstration, in what the service and its database wrote."""
    files = [service.log, service.folder / "postgres" / "log", service.log.with_suffix(".log.1")]
    text = "\n".join(file.read_text(errors="replace") for file in files if file.exists()).casefold()
    wanted = sorted({name.casefold() for name in names if len(name) > 3})
    there = [name for name in wanted if name in text]
    found.add("Names and addresses of people searched for in the logs", len(wanted), len(there),
              f"{len(text) / 1e6:.1f} MB of logs")  # fmt: skip
    kept = Path(__file__).parent / "results"
    found.notes.append(f"Logs of the drills' own services are searched; {kept.name}/ holds no name.")


def hidden(found: Findings, service: Service) -> None:
    """Work out hidden counts from all published tables together, by sums and by what a small count may be."""
    tables = published(service)
    small = {
        f"{table} {row[key]} {count}"
        for table, key in PLACES
        for row in tables.get(table, pl.DataFrame()).to_dicts()
        for count in COUNTS
        if count in row and is_hidden(row, count)
    }
    if not small:
        found.not_run.append("Hidden counts worked out: the demonstration publishes none that are hidden.")
        return
    cells, limits = knowledge(tables)
    tried, through = 0, []
    rows, values = limits
    for place, (name, value) in enumerate(cells.items()):
        if value is not None or name not in small:
            continue
        tried += 1
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(cells))
            aim[place] = sign
            bounds = [(known, known) if known is not None else (0, None) for known in cells.values()]
            solved = linprog(aim, A_eq=rows, b_eq=values, bounds=bounds)
            ends.append(sign * solved.fun if solved.status == 0 else sign * np.inf)
        low, high = ends
        if np.isfinite(low) and np.isfinite(high) and high - low < 0.5 and 0 < round(low) < SMALLEST:
            through.append(f"{name} is {round(low)}")
    found.add(
        "Hidden counts worked out from all tables together", tried, len(through), "; ".join(through[:3])
    )


def published(service: Service) -> dict[str, pl.DataFrame]:
    """Every published table of the newest wave, as anybody with a key may download it."""
    reader = Visitor(service, key=make_key(make_user("reader")))
    shapes = reader.get("/api/v1/published-tables").json()["items"]
    found: dict[str, pl.DataFrame] = {}
    for shape in shapes:
        rows, address = [], f"/api/v1/published-tables/{shape['wave']}/{shape['name']}?limit=100"
        while address:
            page = reader.get(address).json()
            rows += page.get("items", [])
            address = (page.get("next") or "").removeprefix(service.address)
        if rows:
            found[shape["name"]] = pl.DataFrame(rows, infer_schema_length=None)
    return found


def is_hidden(row: dict[str, Any], count: str) -> bool:
    """Whether a count is hidden, and not unknown for another reason."""
    return row[count] in (None, "suppressed") and row.get(f"{count}_status", "suppressed") == "suppressed"


def knowledge(
    tables: dict[str, pl.DataFrame],
) -> tuple[dict[str, float | None], tuple[np.ndarray, np.ndarray]]:
    """Every cell with its value, null where hidden, and the sums that hold between them: places in regions, regions in
    the country, and national and local in all.
    """
    cells: dict[str, float | None] = {}
    for table, key in PLACES:
        for row in tables.get(table, pl.DataFrame()).to_dicts():
            for count in COUNTS:
                if count in row:
                    cells[f"{table} {row[key]} {count}"] = _number(row[count])
    places = list(cells)
    rows, values = [], []
    frame = tables["authorities"]
    for region in frame["region"].unique().to_list() if "region" in frame.columns else []:
        for count in COUNTS:
            whole = f"regions {region} {count}"
            parts = [
                f"authorities {code} {count}"
                for code in frame.filter(pl.col("region") == region)["authority_code"]
            ]
            if whole in cells and all(part in cells for part in parts):
                row = np.zeros(len(places))
                row[places.index(whole)] = -1
                row[[places.index(part) for part in parts]] = 1
                rows.append(row)
                values.append(0.0)
    return cells, (np.array(rows), np.array(values))


def _number(text: Any) -> float | None:
    try:
        return float(str(text).replace(",", ""))
    except ValueError:
        return None
