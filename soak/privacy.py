"""Can a name be found where none may be, or a hidden count be worked out?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from soak.fault_backup import erase_somebody
from soak.findings import Findings, finding
from soak.privacy_hidden import knowledge, worked_out
from soak.privacy_search import Search
from soak.stage import Service, copy_of, make_key, make_user, serving, use_database
from soak.visiting import Visitor

CLUSTER: Final = frozenset({"postgres"})
"""The database's own files: they hold former rows until their room is used again, which no dump shows."""


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
    """Erase a person and look for their name in every table, in files kept there, and in the folder of the service."""
    person, name = erase_somebody(found, service)
    if not person:
        return ""
    search = Search(name)
    search.database(service.url())
    found.add("The name of a person who was erased, in every cell of the database and every file kept in it",
              search.cells, len(search.places), f"{search.files} files unpacked. "
              + ", ".join(sorted(set(search.places))[:5]))  # fmt: skip
    folder = Search(name)
    folder.folder(service.folder, CLUSTER)
    found.add("The same name in the files of the service's folder", folder.files, len(folder.places),
              ", ".join(sorted(set(folder.places))[:5]))  # fmt: skip
    found.notes.append(
        "The database's own files and their log of writes hold former rows until their room is used again: what can"
        " be read back by the database was searched, not those."
    )
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
    """Work out hidden counts from all published tables together."""
    known = knowledge(published(service))
    if not known.hidden:
        found.not_run.append("Hidden counts worked out: the demonstration publishes none that are hidden.")
        return
    ends, fits = worked_out(known)
    through = [f"{name} is {low:.0f}" for name, (low, high) in ends.items() if low == high]
    narrow = min(high - low for low, high in ends.values())
    found.add(
        "Hidden counts worked out from all tables together", len(ends), len(through),
        f"{len(known.cells)} counts, {len(known.sums)} sums between them; the narrowest range that fits is"
        f" {narrow:.0f} wide. {'; '.join(through[:3])}", within=fits,
    )  # fmt: skip


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
