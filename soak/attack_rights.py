"""Does anybody get what their rights do not let them see: at every address, in other areas, by guessed ids?"""

from __future__ import annotations

import uuid
from random import Random

from soak.attack_target import Target, accesses_of
from soak.findings import Findings


def truth_table(found: Findings, target: Target, _: int) -> None:
    """Every address as every kind of user: whom its rule refuses gets no answer, and nobody gets a fault."""
    from leadscape_web.accounts.addresses import outcome

    tried, wrong, faults = 0, [], []
    for address, path in target.paths():
        for who, visitor in target.visitors.items():
            for method in ("GET", "POST"):
                expected = outcome(address.rules, method, accesses_of(who))
                if method == "POST" and expected == "allowed":
                    continue  # what it does is for the tests; here only whoever may not
                answer = visitor.ask(method, path)
                tried += 1
                if (
                    expected != "allowed"
                    and answer.status_code < 300
                    and address.name not in ("health", "ready")
                ):
                    wrong.append(f"{who or 'signed out'} {method} {path}")
                if answer.status_code >= 500 and answer.status_code != 503:
                    faults.append(f"{who or 'signed out'} {method} {path}")
    found.add(
        "Addresses as users whom their rule refuses, and as those it lets in",
        tried,
        len(wrong),
        "; ".join(wrong[:5]),
    )
    found.add("Faults on the way", tried, len(faults), "; ".join(faults[:5]))


def other_areas(found: Findings, target: Target, many: int) -> None:
    """Records of people outside one's area, by their true ids: neither its leaders nor supporters of its schools."""
    others = target.service.query(
        "select l.id as leader, h.id as holding from survey_leader l join survey_roleholding h on h.leader_id = l.id"
        " where l.authority_id is distinct from %s and not exists (select 1 from register_school s where"
        " s.authority_id = %s and (s.urn in (l.home_school_id, h.home_school_id) or s.urn in"
        " (select partner_school_id from survey_support p where p.leader_id = l.id))) order by l.key limit %s",
        [target.code, target.code, many],
    )  # fmt: skip
    tried, through = 0, []
    for right in ("reader", "editor", "administrator", "researcher"):
        visitor = target.visitors[f"authority.{right}"]
        for row in others[:: 1 if right == "reader" else 10]:
            for path in (f"/survey/leader/{row['leader']}/", f"/audit/history/survey_leader/{row['leader']}/",
                         f"/survey/leader/{row['leader']}/name/", f"/api/v1/leaders/{row['leader']}"):  # fmt: skip
                tried += 1
                answer = visitor.get(path)
                if answer.status_code == 200:
                    through.append(f"{right} {path}")
    found.add("People outside one's area, by their true ids", tried, len(through), "; ".join(through[:3]))


def guessed_ids(found: Findings, target: Target, many: int) -> None:
    """Ids that nobody gave out, and what is no id."""
    random = Random(7)
    hostile = ["1", "0", "-1", "'", "1' or '1'='1", "%00", "..%2f..%2fetc%2fpasswd", "{{7*7}}", "%s", "x" * 3000,
               "%ff%fe", "1;select pg_sleep(9)", "\u202e", "<script>", "null", "NaN", "9" * 40]  # fmt: skip
    guesses = [str(uuid.UUID(int=random.getrandbits(128))) for _ in range(many)] + hostile * 3
    places = ("/survey/leader/{}/", "/survey/wave/{}/", "/register/school/{}/", "/register/authority/{}/", "/jobs/{}/",
              "/administration/users/{}/", "/api/v1/leaders/{}", "/audit/history/{}/x/",
              "/landscape/file/{}")  # fmt: skip
    tried, through = 0, []
    visitor = target.visitors["nation.administrator"], target.visitors["nation.reader"]
    for number, guess in enumerate(guesses):
        for place in places:
            answer = visitor[number % 2].get(place.format(guess))
            tried += 1
            if answer.status_code == 200 or answer.status_code >= 500:
                through.append(f"{answer.status_code} {place.format(guess)[:80]}")
    found.add("Guessed and impossible ids", tried, len(through), "; ".join(through[:5]))
