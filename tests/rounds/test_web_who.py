"""Who is asked: the list comes back with addresses, every problem is told at once, the way of asking changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadscape.actions.read_frame import read_frame
from leadscape.core.errors import TableProblem
from leadscape.survey.response.tables import CHANNELS
from leadscape_web.rounds.forms import respondent as forms
from leadscape_web.rounds.models import Asked, Contact, Round

from tests.support.rounds import asked_of


def bring(client: Client, found: Round, content: bytes, name: str = "frame.csv") -> str:
    file = SimpleUploadedFile(name, content)
    answer = client.post(f"/rounds/{found.pk}/who/", {"who": "file", "frame": file}, follow=True)
    return " ".join(answer.content.decode().split())


def test_the_downloaded_list_comes_back_with_addresses(
    found: Round, signed_in: Client, tmp_path: Path
) -> None:
    given = signed_in.get(f"/rounds/{found.pk}/?format=csv").content.decode("utf-8-sig").splitlines()
    head = next(at for at, line in enumerate(given) if not line.lstrip('"').startswith("#"))
    assert head > 0
    assert given[head].startswith("Respondent,Id,Kind")
    there = len(given) - head - 1
    with_addresses = [
        *given[:head],
        f"{given[head]},email",
        *(f"{line},office{n}@new.example" for n, line in enumerate(given[head + 1 :])),
    ]
    said = bring(signed_in, found, "\n".join(with_addresses).encode())
    assert f"0 respondents added. {there} addresses recorded." in said
    held = Contact.objects.using("owner").filter(asked__round=found, ended_at=None)
    assert set(held.values_list("email", flat=True)) == {f"office{n}@new.example" for n in range(there)}
    with_addresses[-1] = with_addresses[-1].replace("@", " at ")
    path = tmp_path / "list.csv"
    path.write_text("\n".join(with_addresses), encoding="utf-8")
    with pytest.raises(TableProblem) as wrong:
        read_frame(path)
    assert wrong.value.problems["row"].to_list() == [len(with_addresses)], (
        "as the file that was brought counts"
    )


def test_the_workbook_of_the_list_comes_back_too(found: Round, signed_in: Client, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(signed_in.get(f"/rounds/{found.pk}/?format=xlsx").content)
    asked = Asked.objects.using("owner").filter(round=found)
    assert set(read_frame(path).respondents["respondent_id"]) == set(
        asked.values_list("respondent", flat=True)
    )


def test_every_problem_of_a_frame_is_told_at_once(found: Round, signed_in: Client) -> None:
    text = (
        "respondent_id,respondent_name,kind,channel,email\n"
        "X1,A network,nonsense,email,a@b.example\n"
        ",Nobody,network,email,\n"
        "X2,,network,pigeon,\n"
        "X3,Twice,network,email,\n"
        "X3,Twice,network,email,no address\n"
    )
    said = bring(signed_in, found, text.encode())
    for told in ("nonsense", "pigeon", "no address", "Must not be blank", "Must not repeat"):
        assert told in said, told
    assert "run the command" not in said
    assert not Asked.objects.using("owner").filter(round=found, respondent="X1").exists()


def test_how_somebody_is_asked_changes_by_file_and_on_their_page(found: Round, signed_in: Client) -> None:
    head = "respondent_id,respondent_name,kind,channel\n"
    said = bring(signed_in, found, f"{head}101,Northshire,authority,post\n".encode())
    assert "0 respondents added. 1 is asked another way than before." in said
    assert asked_of(found).channel == "post"
    assert "addresses recorded" not in bring(signed_in, found, f"{head}101,Northshire,authority,\n".encode())
    assert asked_of(found).channel == "post", "a file that does not say changes nothing"
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    done = signed_in.post(place, {"do": "channel", "channel": "email"}, follow=True)
    assert "It is noted. Letters go to them." in done.content.decode()
    assert asked_of(found).channel == "email"
    assert signed_in.post(place, {"do": "channel", "channel": "pigeon"}).status_code == 422
    assert tuple(key for key, _ in forms.CHANNELS) == CHANNELS


def test_whoever_was_taken_out_is_brought_back_on_the_same_page(found: Round, signed_in: Client) -> None:
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    signed_in.post(place, {"do": "withdraw", "sure": "on"})
    assert asked_of(found).withdrawn_at
    assert "Bring them back into the round" in signed_in.get(place).content.decode()
    signed_in.post(place, {"do": "back"})
    assert asked_of(found).withdrawn_at is None
