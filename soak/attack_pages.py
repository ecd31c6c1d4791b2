"""Can another site make somebody's browser do what they did not want: forms, frames, redirects, false names?"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

from soak.attack_target import PASSWORD, Target, give_password
from soak.findings import Findings
from soak.visiting import Visitor

OUTSIDE: Final = "evil.example"


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
              f"http:{OUTSIDE}", "javascript:alert(1)", f"/%2f{OUTSIDE}", f"\t//{OUTSIDE}", f"https://127.0.0.1@{OUTSIDE}",
              f"https://127.0.0.1.{OUTSIDE}", "data:text/html,x", f"/\x00/{OUTSIDE}")  # fmt: skip
    give_password(target.users["nation.reader"])
    tried, through = 0, []
    for wish in wishes:
        for sent in ("query", "form"):
            visitor = Visitor(target.service)
            page = (
                f"/account/sign-in/?{urlencode({'next': wish})}" if sent == "query" else "/account/sign-in/"
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
