"""Can a name be found where none may be, or a hidden count be worked out?"""

from __future__ import annotations

import shutil
from typing import Final

from soak import kept_logs, privacy_counts
from soak.fault_backup import erase_somebody
from soak.findings import Findings, finding
from soak.privacy_search import Search
from soak.stage import LOGS, Service, copy_of, serving
from soak.users import make_user, use_database
from soak.visiting import Visitor

CLUSTER: Final = frozenset({"postgres"})
"""The database's own files: they hold former rows until their room is used again, which no dump shows."""
OTHERS: Final = ("attack", "faults", "load")
"""Drills whose services write logs as well."""


def run(share: float = 1.0) -> Findings:
    """A copy of a demonstration, used as people use it, then searched; and the logs of all drills."""
    with finding("privacy") as found:
        with copy_of("national" if share >= 1 else "small") as folder, serving(folder) as service:
            use_database(service)
            use(service)
            if share < 1:
                found.not_run.append("Hidden counts worked out: the small demonstration hides none.")
            else:
                privacy_counts.worked_out_by_anybody(found, service)
            name = erased(found, service)
        logs(found, name)
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


def logs(found: Findings, erased_name: str = "") -> None:
    """Every name and address that any drill's service held, in what all their services and databases wrote."""
    searched = kept_logs.search(LOGS, [erased_name] if erased_name else [])
    whose = ", ".join(f"{count} of {drill}" for drill, count in sorted(searched.drills.items()))
    where = "; ".join(f"{count} in {place}" for place, count in searched.places.items())
    found.add("Names and addresses of people searched for in the logs of all drills", searched.names,
              len(searched.found), f"{searched.size / 1e6:.1f} MB of logs of {whose} services. {where}",
              within=not searched.unknown)  # fmt: skip
    missing = [drill for drill in OTHERS if drill not in searched.drills]
    if missing:
        found.not_run.append(
            f"Logs of {', '.join(missing)}: none are kept, since they were not run since logs were last searched."
        )
    if searched.unknown:
        found.notes.append(f"Whom they named could not be asked of {', '.join(searched.unknown)}.")
    shutil.rmtree(LOGS, ignore_errors=True)
