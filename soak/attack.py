"""Does anybody get what is not theirs, or make the service do what it must not?

What is asked for comes from the service's own list of addresses, so that a new one is tried without a change here.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from soak.findings import ROOT, Findings, finding
from soak.stage import RIGHTS, Service, copy_of, make_key, make_user, serving, use_database
from soak.visiting import Visitor

GUESSES: Final = 300
"""Ids, tokens and links that are guessed, of each kind."""
PASSWORD: Final = "correct horse battery staple of the drill"
OUTSIDE: Final = "evil.example"


def run(share: float = 1.0) -> Findings:
    """Attack a copy of the small demonstration."""
    from soak import attack_files

    with (
        finding("attack") as found,
        copy_of("small") as folder,
        serving(folder, LEADSCAPE_WORKERS="2") as service,
    ):
        use_database(service)
        target = Target(service)
        for attack in (truth_table, other_areas, guessed_ids, guessed_links, tampered_keys, tampered_sessions,
                       forged_forms, framed_pages, open_redirects, false_hosts, fixed_sessions,
                       attack_files.uploads, attack_files.hostile_names):  # fmt: skip
            try:
                attack(found, target, max(10, round(GUESSES * share)))
            except Exception as error:
                found.not_run.append(
                    f"{attack.__name__.replace('_', ' ')}: {type(error).__name__}: {str(error)[:200]}"
                )
                print(f"! {attack.__name__}: {error!r}", flush=True)
        schema_of_the_api(found, target, share)
        check_deploy(found)
        faults = sum(
            1 for line in service.log.read_text(errors="replace").splitlines() if '"status": 5' in line
        )
        found.add("Answers of 500 and more in the log of the whole attack", faults + 1, faults)
    return found


class Target:
    """The service, users of every right in one authority and in the nation, and records to ask for."""

    def __init__(self, service: Service) -> None:
        self.service = service
        leader = service.query(
            "select l.id, l.authority_id as code, l.region, h.id as holding from survey_leader l"
            " join survey_roleholding h on h.leader_id = l.id where l.authority_id is not null order by l.key limit 1"
        )[0]
        self.code, self.region = leader["code"], leader["region"]
        self.users = {"": None, "nobody": make_user("", "nation", "nobody")}
        for kind, key in (("nation", "england"), ("authority", self.code)):
            self.users |= {f"{kind}.{right}": make_user(right, kind, key) for right in RIGHTS}
        self.visitors = {name: Visitor(service, user) for name, user in self.users.items()}
        one = {
            "urn": "select urn as key from register_school order by urn limit 1",
            "code": "select code as key from register_authority order by code limit 1",
            "uid": "select uid as key from register_group order by uid limit 1",
            "wave": "select id as key from survey_wave limit 1",
            "support": "select id as key from survey_support limit 1",
            "organisation": "select id as key from accounts_organisation limit 1",
        }
        found = {name: service.query(statement) for name, statement in one.items()}
        self.records = {
            name: str(rows[0]["key"]) if rows else str(uuid.uuid4()) for name, rows in found.items()
        }
        self.records |= {"leader": str(leader["id"]), "holding": str(leader["holding"])}
        self.records |= {"user": str(self.users["nation.reader"].pk), "access": str(uuid.uuid4())}

    def paths(self) -> Iterator[tuple[Any, str]]:
        """Every address with an example."""
        from django.urls import NoReverseMatch

        from leadscape_web.accounts.addresses import addresses

        from tests.support.service_urls import EXAMPLES, Example, path_of

        for address in addresses():
            if not address.name:
                continue
            example = EXAMPLES.get(address.name, Example())
            try:
                path = path_of(address.name, self.records)
            except (NoReverseMatch, KeyError):
                continue
            for name in ("urn", "code", "uid"):
                if name in example.kwargs:
                    path = path.replace(f"/{example.kwargs[name]}/", f"/{self.records[name]}/")
            yield address, path


def _accesses(who: str) -> frozenset[tuple[str, str]] | None:
    if not who:
        return None
    kind, _, right = who.partition(".")
    return frozenset({(right, kind)}) if right else frozenset()


def truth_table(found: Findings, target: Target, _: int) -> None:
    """Every address as every kind of user: whom its rule refuses gets no answer, and nobody gets a fault."""
    from leadscape_web.accounts.addresses import outcome

    tried, wrong, faults = 0, [], []
    for address, path in target.paths():
        for who, visitor in target.visitors.items():
            for method in ("GET", "POST"):
                expected = outcome(address.rules, method, _accesses(who))
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


def guessed_links(found: Findings, target: Target, many: int) -> None:
    """Signed links: tokens guessed, shortened, and those whose hash is known."""
    places = ("/answer/{}/", "/my-data/{}/", "/account/join/{}/", "/account/first-administrator/{}/")
    visitor = Visitor(target.service)
    known = [
        row["h"] for row in target.service.query("select token_hash as h from accounts_invitation limit 5")
    ]
    tried, through, said = 0, [], set()
    for guess in (
        *(secrets.token_urlsafe(32) for _ in range(many)),
        *known,
        "",
        "a",
        "x" * 5000,
        "%00",
        "..%2f",
    ):
        for place in places:
            answer = visitor.get(place.format(guess))
            tried += 1
            if answer.status_code == 200 and place.split("/")[1] in ("answer", "my-data"):
                through.append(f"{place.format(guess)[:60]}")
            if answer.status_code >= 500:
                through.append(f"{answer.status_code} {place.format(guess)[:60]}")
            said.add((place, answer.status_code))
    codes = ", ".join(sorted({str(code) for _, code in said}))
    found.add(
        "Personal links guessed", tried, len(through), f"answered with {codes}. " + "; ".join(through[:3])
    )


def tampered_keys(found: Findings, target: Target, many: int) -> None:
    """Keys for programs with a letter changed, cut, or made from what is kept of them."""
    key = make_key(target.users["nation.reader"])
    random = Random(11)
    honest = Visitor(target.service, key=key).get("/api/v1/leaders").status_code
    tried, through = 0, []
    for _ in range(many):
        at = random.randrange(len(key))
        wrong = random.choice((
            key[:at] + random.choice("abcXYZ019_-") + key[at + 1 :], key[:at], key + "a", key.upper(), f" {key[1:]}",
            "ls_" + secrets.token_urlsafe(32),
        ))  # fmt: skip
        if wrong == key:
            continue
        tried += 1
        if Visitor(target.service, key=wrong).get("/api/v1/leaders").status_code == 200:
            through.append(wrong[:6])
    kept = target.service.query("select token_hash as h from accounts_apitoken")
    for row in kept:
        tried += 1
        if Visitor(target.service, key=row["h"]).get("/api/v1/leaders").status_code == 200:
            through.append("what is kept of a key works as a key")
    found.add(
        f"Keys changed (the right one answers {honest})",
        tried,
        len(through),
        "; ".join(through[:3]),
        within=honest == 200,
    )


def tampered_sessions(found: Findings, target: Target, many: int) -> None:
    """Session keys changed and guessed."""
    right = target.visitors["nation.reader"].web.cookies.get("sessionid") or ""
    random = Random(13)
    tried, through = 0, 0
    for _ in range(many):
        at = random.randrange(len(right))
        wrong = random.choice(
            (
                right[:at] + random.choice("0123456789abcdef") + right[at + 1 :],
                secrets.token_hex(16),
                right[:at],
            )
        )
        if wrong == right:
            continue
        tried += 1
        answer = Visitor(target.service).get("/survey/leaders/", headers={"Cookie": f"sessionid={wrong}"})
        through += answer.status_code == 200
    found.add("Session keys changed and guessed", tried, through)


def forged_forms(found: Findings, target: Target, _: int) -> None:
    """Every form sent from another site: without the token, with somebody else's, with the wrong origin."""
    tried, through = 0, []
    for address, path in target.paths():
        if "POST" not in address.rules or address.api:
            continue
        for who in ("nation.editor", "nation.administrator"):
            for headers, data in (
                ({}, {}), ({"Origin": f"https://{OUTSIDE}"}, {}), ({}, {"csrfmiddlewaretoken": "x" * 64}),
            ):  # fmt: skip
                answer = target.visitors[who].ask("POST", path, headers=headers, data=data)
                tried += 1
                if answer.status_code not in (401, 403, 404, 405, 429) and not _to_sign_in(answer):
                    through.append(f"{answer.status_code} {path}")
    found.add("Forms sent from another site", tried, len(through), "; ".join(sorted(set(through))[:5]))


def _to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and "/account/sign-in/" in answer.headers.get("Location", "")


def framed_pages(found: Findings, target: Target, _: int) -> None:
    """Every page must refuse to be shown inside another, and run nobody else's scripts."""
    tried, through = 0, []
    for address, path in target.paths():
        if "GET" not in address.rules or address.name in ("health", "ready"):
            continue
        for who in ("", "nation.editor", "nation.administrator"):
            answer = target.visitors[who].get(path)
            if "text/html" not in answer.headers.get("Content-Type", "") or answer.status_code >= 300:
                continue
            tried += 1
            policy = answer.headers.get("Content-Security-Policy", "")
            kept = (
                answer.headers.get("X-Frame-Options") == "DENY"
                and "frame-ancestors 'none'" in policy
                and "unsafe-inline" not in policy
                and answer.headers.get("X-Content-Type-Options") == "nosniff"
            )
            if not kept:
                through.append(path)
    found.add(
        "Pages that another site could show inside itself, or run scripts in",
        tried,
        len(through),
        "; ".join(through[:5]),
    )


def open_redirects(found: Findings, target: Target, _: int) -> None:
    """After signing in one is never led to another site."""
    wishes = (f"https://{OUTSIDE}/", f"//{OUTSIDE}", f"/\\{OUTSIDE}", f"https:/{OUTSIDE}", f"///{OUTSIDE}",
              f"http:{OUTSIDE}",               "javascript:alert(1)", f"/%2f{OUTSIDE}", f"\t//{OUTSIDE}", f"https://127.0.0.1@{OUTSIDE}",
              f"https://127.0.0.1.{OUTSIDE}", "data:text/html,x", f"/\x00/{OUTSIDE}")  # fmt: skip
    give_password(target.users["nation.reader"])
    tried, through = 0, []
    for wish in wishes:
        for sent in ("query", "form"):
            visitor = Visitor(target.service)
            page = (
                f"/account/sign-in/?{requests_query({'next': wish})}"
                if sent == "query"
                else "/account/sign-in/"
            )
            target.service.query("delete from accounts_cache")
            more = {"next": wish} if sent == "form" else {}
            answer = visitor.send(page, login=target.users["nation.reader"].email, password=PASSWORD, **more)
            tried += 1
            where = answer.headers.get("Location", "")
            if re.match(r"(?i)\s*(https?:|//|/\\|javascript:|data:)", where) and not where.startswith(
                target.service.address
            ):
                through.append(where)
    found.add("Led to another site after signing in", tried, len(through), "; ".join(through[:3]))


def requests_query(values: dict[str, str]) -> str:
    """An address's query."""
    from urllib.parse import urlencode

    return urlencode(values)


def give_password(user: Any) -> None:
    """Let a user sign in with :data:`PASSWORD`."""
    from django.contrib.auth.hashers import make_password

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    with acting(why="A password for a drill", using="owner"):
        User.objects.using("owner").filter(pk=user.pk).update(password=make_password(PASSWORD))


def false_hosts(found: Findings, target: Target, _: int) -> None:
    """Asked under another name, the service answers nothing and writes that name nowhere."""
    tried, through = 0, []
    for path in (
        "/",
        "/account/sign-in/",
        "/account/password/reset/",
        "/find/",
        "/api/v1/openapi.json",
        "/static/leadscape.css",
    ):
        for headers in (
            {"Host": OUTSIDE}, {"Host": f"{OUTSIDE}:80"}, {"Host": f"127.0.0.1@{OUTSIDE}"},
            {"X-Forwarded-Host": OUTSIDE}, {"Forwarded": f"host={OUTSIDE}"},
            {"X-Original-URL": "/administration/users/"},
        ):  # fmt: skip
            answer = Visitor(target.service).get(path, headers=headers)
            tried += 1
            named = OUTSIDE in answer.text or OUTSIDE in str(answer.headers)
            other = "Host" in headers and answer.status_code == 200 and not path.startswith("/static/")
            if named or other or answer.status_code >= 500:
                through.append(f"{answer.status_code} {path} {headers}")
    found.add("Asked under another name", tried, len(through), "; ".join(through[:3]))


def fixed_sessions(found: Findings, target: Target, _: int) -> None:
    """A session key that somebody else chose is not the one after signing in."""
    user = target.users["nation.reader"]
    give_password(user)
    tried, through = 0, []
    stranger = Visitor(target.service)
    stranger.get("/account/sign-in/")
    chosen = [
        "0" * 32,
        secrets.token_hex(16),
        *([stranger.web.cookies["sessionid"]] if "sessionid" in stranger.web.cookies else []),
    ]
    for key in chosen:
        target.service.query("delete from accounts_cache")
        visitor = Visitor(target.service)
        visitor.web.cookies.set("sessionid", key, domain="127.0.0.1", path="/")
        answer = visitor.send("/account/sign-in/", login=user.email, password=PASSWORD)
        now = [cookie.value for cookie in visitor.web.cookies if cookie.name == "sessionid"][-1]
        tried += 1
        inside = Visitor(target.service).get("/survey/leaders/", headers={"Cookie": f"sessionid={key}"})
        if answer.status_code != 302 or now == key or inside.status_code == 200:
            through.append(
                f"{answer.status_code}, {'same key' if now == key else 'another key'}, {inside.status_code}"
            )
    found.add("Sessions begun with a key that was chosen before", tried, len(through), "; ".join(through))


def schema_of_the_api(found: Findings, target: Target, share: float) -> None:
    """Every operation of the API with what nobody would send, as several users with keys, and without one."""
    seconds = max(15, round(60 * share))
    for who in (
        "",
        "nation.reader",
        "nation.editor",
        "authority.reader",
        "nation.researcher",
        "nation.administrator",
    ):
        key = make_key(target.users[who]) if who else ""
        command = [
            *(
                str(ROOT / ".venv" / "bin" / "schemathesis"),
                "run",
                f"{target.service.address}/api/v1/openapi.json",
            ),
            *("--checks", "not_a_server_error", "--max-time", str(seconds), "--seed", "2026", "--no-color"),
            *("--max-examples", "60", "--continue-on-failure", "--warnings", "off"),
            *(("-H", f"Authorization: Bearer {key}") if key else ()),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        said = done.stdout + done.stderr
        counted = re.findall(r"(\d[\d,]*) (?:generated|test cases|cases)", said)
        tried = max((int(number.replace(",", "")) for number in counted), default=0)
        faults = len(re.findall(r"Server error", said))
        if not tried:
            found.not_run.append(f"API by its schema as {who or 'nobody'}: {said.strip()[-200:]}")
            continue
        found.add(
            f"Operations of the API by their schema, as {who or 'nobody, without a key'}",
            tried,
            faults,
            "server errors",
        )


def check_deploy(found: Findings) -> None:
    """Django's own list of what production must have."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADSCAPE_")} | {
        "LEADSCAPE_PRODUCTION": "1", "LEADSCAPE_HOSTS": "leadscape.example",
        "LEADSCAPE_SECRET_KEY": secrets.token_urlsafe(50),
        "LEADSCAPE_CONTACT": "contact@leadscape.example", "LEADSCAPE_EMAIL_URL": "smtp://127.0.0.1:25",
        "LEADSCAPE_OWNER_URL": os.environ["LEADSCAPE_OWNER_URL"],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "leadscape_web", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).strip().splitlines()
    found.add("check --deploy", 1, int(done.returncode != 0), said[-1][:200] if said else "")
