"""Do links, keys and sessions work that were guessed, changed, used, over, made again, or chosen by somebody else?"""

from __future__ import annotations

import secrets
from random import Random

from soak.attack_target import PASSWORD, Target, give_password
from soak.findings import Findings
from soak.personal_links import answer_link, leaders_with_wave, make_round, my_data_link
from soak.users import make_key
from soak.visiting import Visitor


def guessed_links(found: Findings, target: Target, many: int) -> None:
    """Signed links: tokens guessed, shortened, and those whose hash is known."""
    places = ("/answer/{}/", "/my-data/{}/", "/account/invitation/{}/", "/account/first-administrator/{}/")
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
            if answer.status_code == 200 or answer.status_code >= 500:
                through.append(f"{answer.status_code} {place.format(guess)[:60]}")
            said.add((place, answer.status_code))
    codes = ", ".join(sorted({str(code) for _, code in said}))
    found.add(
        "Personal links guessed", tried, len(through), f"answered with {codes}. " + "; ".join(through[:3])
    )


def replayed_links(found: Findings, target: Target, many: int) -> None:
    """Links that were right once: over, ended by a new one, of who was taken out, of a round that is closed.

    Each is opened while it works, so that it is a link that is refused later, and not one that never was.
    """
    service = target.service
    visitor = Visitor(service)
    tried, through, works = 0, [], []
    asked = make_round(service, 5)
    for one, spoil in zip(asked, (*_SPOILED, "made again"), strict=True):
        link = answer_link(one)
        works.append(visitor.get(link).status_code)
        if spoil == "made again":
            again = answer_link(one)
            works.append(visitor.get(again).status_code)
        else:
            service.query(_SPOILED[spoil], [one.pk])
        # Whoever was asked may say that they want no letters for as long as the round is kept.
        ends = ("", "add/", "check/") if spoil == "closed" else ("", "add/", "check/", "stop/")
        for path in (f"{link}{end}" for end in ends):
            for method in ("GET", "POST"):
                service.query("delete from accounts_cache")
                answer = visitor.ask(method, path)
                tried += 1
                # Of a round that is closed the page says so; nothing can be sent.
                shown = answer.status_code == 200 and "<form" in answer.text.partition("<main")[2]
                if answer.status_code < 400 and (method == "POST" or shown):
                    through.append(f"{spoil}: {answer.status_code} {method} {path.rpartition('/')[0][-8:]}")
    (person, wave), *_ = leaders_with_wave(service, 1)
    old = my_data_link(person, wave)
    works.append(visitor.get(old).status_code)
    new = my_data_link(person, wave)
    works.append(visitor.get(new).status_code)
    over = my_data_link(*leaders_with_wave(service, 2)[1], days=-1)
    for link, what in ((old, "made again"), (over, "over")):
        for path in (link, f"{link}correct/", f"{link}leave/", f"{link}held.json", f"{link}held.html"):
            service.query("delete from accounts_cache")
            tried += 1
            if (status := visitor.get(path).status_code) < 400:
                through.append(f"my data, {what}: {status}")
    found.add(
        "Personal links replayed: over, ended, made again, taken out, closed", tried, len(through),
        f"{works.count(200)} of {len(works)} worked before. " + "; ".join(through[:5]), within=set(works) == {200},
    )  # fmt: skip


_SPOILED = {
    "over": "update rounds_link set expires_at = now() - interval '1 minute' where asked_id = %s",
    "ended": "update rounds_link set ended_at = now() where asked_id = %s",
    "taken out": "update rounds_asked set withdrawn_at = now() where id = %s",
    "closed": "update rounds_round set closed_at = now() where id = (select round_id from rounds_asked where id = %s)",
}
"""How a link of a respondent comes to work no more."""


_INVITED = {
    "over": "expires_at = now() - interval '1 minute'",
    "withdrawn": "withdrawn_at = now()",
    "used": "accepted_at = now()",
}
"""How an invitation comes to let nobody in."""


def replayed_invitations(found: Findings, target: Target, many: int) -> None:
    """Invitations that were used, withdrawn or are over do not let anybody in."""
    from leadscape_web.accounts.links import make_link

    service, tried, through = target.service, 0, []
    organisation, inviter = target.records["organisation"], target.users["nation.administrator"].pk
    for name, change in _INVITED.items():
        token, hashed = make_link()
        service.query(
            'insert into accounts_invitation (id, email, organisation_id, "right", invited_by_id, token_hash,'
            " created_at, expires_at) values (gen_random_uuid(), %s, %s, 'reader', %s, %s, now(),"
            " now() + interval '1 day')",
            [f"invited.{name}@leadscape.example", organisation, inviter, hashed],
        )
        visitor = Visitor(service)
        path = f"/account/invitation/{token}/"
        opened = visitor.get(path).status_code
        service.query(f"update accounts_invitation set {change} where token_hash = %s", [hashed])
        for method in ("GET", "POST"):
            service.query("delete from accounts_cache")
            tried += 1
            data = {"full_name": "Drill Person", "password": PASSWORD}
            answer = visitor.send(path, **data) if method == "POST" else visitor.get(path)
            if answer.status_code < 400 or opened != 200:
                through.append(f"{name}: {opened}, then {answer.status_code} {method}")
    found.add("Invitations replayed: over, withdrawn, used", tried, len(through), "; ".join(through[:3]))


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
