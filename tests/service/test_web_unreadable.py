"""A character that cannot be stored is refused in words, wherever it stands."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(databases=["default", "counters"])


@pytest.mark.parametrize(
    "path",
    [
        "/register/school/%00/",
        "/audit/history/survey_leader/%00/",
        "/landscape/file/%00",
        "/find/?q=%00",
        "/find/?%00=x",
        "/register/schools/?name=a%00b",
    ],
)
def test_an_address_with_nul_is_refused(client_of, path: str) -> None:
    assert client_of("nation.reader").get(path).status_code == 400


def test_a_form_with_nul_is_refused(client_of) -> None:
    client = client_of("nation.administrator")
    for body in ("nation:%00", "school:%00"):
        assert client.post(f"/administration/invitations/new/?body={body}").status_code == 400
    sent = client.post(
        "/administration/invitations/new/", "email=a%00b", content_type="application/x-www-form-urlencoded"
    )
    assert sent.status_code == 400
