"""What a codebook means, from the text that a run kept."""

from __future__ import annotations

from datetime import date

import pytest

from leadscape.actions.explain_codebook import explain_codebook
from leadscape.actions.read_codebooks import print_codebook
from leadscape.core.errors import CodebookProblem


def test_a_codebook_is_explained_from_its_own_text() -> None:
    book = explain_codebook(print_codebook("england-2006"), "england-2006")
    assert (book.id, book.valid_from) == ("england-2006", date(2006, 6, 30))
    roles = {role.id: role for role in book.roles}
    assert roles["school_improvement_partner"].origin == "national"
    assert roles["school_improvement_partner"].kinds == ("change_agent",)
    assert roles["sustaining_improvement"].own_school
    assert not roles["national_leader_of_education"].collected
    assert [entry.label for entry in book.origins] == ["Local", "National", "Not assigned"]


def test_a_changed_label_is_the_one_that_is_shown() -> None:
    text = print_codebook("england-2006").replace('label = "Mentor head"', 'label = "Mentor of heads"')
    labels = [role.label for role in explain_codebook(text, "our own").roles]
    assert "Mentor of heads" in labels
    assert "Mentor head" not in labels


def test_a_text_that_is_no_codebook_is_refused_with_every_problem() -> None:
    with pytest.raises(CodebookProblem, match="our own") as refused:
        explain_codebook('id = "england-2006"', "our own")
    assert refused.value.problems
