"""Adding, correcting and ending a role-holding."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from leadscape_web.govuk.fields import DateField, RadiosField, SelectField
from leadscape_web.govuk.wording import written_date
from leadscape_web.survey.codebooks import KnownWave, KnownWaves
from leadscape_web.survey.forms.parts import ReasonedForm, VersionedForm

ENDED: Final = "ended"
MISTAKE: Final = "mistake"


class HoldingForm(ReasonedForm):
    """A role-holding: which role, from when to when.

    Parameters
    ----------
    waves
        Whose codebooks say which roles there are. The one that holds on the day of the start decides.
    """

    role = SelectField(label="Role", called="the role", empty="Select a role")
    started_on = DateField(
        label="Started", required=False, help_text="For example, 1 9 2006. Leave empty if not known."
    )
    ended_on = DateField(label="Ended", required=False, help_text="Leave empty if no end is known.")

    def __init__(self, *args: Any, waves: KnownWaves, **more: Any) -> None:
        super().__init__(*args, **more)
        self.waves = waves
        self.wave: KnownWave | None = None
        roles = self.fields["role"]
        roles.choices = [("", "Select a role"), *waves.labels("roles").items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The role must be in the codebook of the day, and the end not before the start."""
        given = super().clean() or self.cleaned_data
        start, end, role = given.get("started_on"), given.get("ended_on"), given.get("role")
        if start and end and end < start:
            self.add_error(
                "ended_on", f"Ended must be the same as or after the start, {written_date(start)}."
            )
        self.wave = self.waves.valid_on(start)
        if role and self.wave and role not in self.wave.words.roles:
            self.add_error("role", self._not_yet(role, start))
        return given

    @property
    def origin(self) -> str:
        """Where the chosen role began, as the codebook says."""
        assert self.wave is not None
        return self.wave.words.roles[self.cleaned_data["role"]].origin

    def _not_yet(self, role: str, start: date | None) -> str:
        assert self.wave is not None
        when = f"On {written_date(start)}" if start else "Today"
        label = self.waves.labels("roles").get(role, role)
        return f"{when} the codebook {self.wave.codebook} holds, without the role {label}. Select one of that time."


class CorrectHoldingForm(HoldingForm, VersionedForm):
    """A role-holding that is there already. Its wave stays, and so does the codebook that says what roles there are."""


class EndForm(VersionedForm):
    """The end of a holding or of support: a day on which it ended, or that it never was."""

    kind = RadiosField(
        label="What happened?",
        called="what happened",
        choices=[(ENDED, "It ended"), (MISTAKE, "It was entered by mistake")],
        hints={
            ENDED: "It stays, and counts until the day on which it ended.",
            MISTAKE: "It is struck out and counts nowhere. Nothing is deleted: the history keeps it.",
        },
    )
    ended_on = DateField(
        label="Day on which it ended",
        required=False,
        help_text="Only if it ended. For example, 31 8 2007.",
    )

    def __init__(self, *args: Any, started_on: date | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.started_on = started_on

    def clean(self) -> dict[str, Any]:
        """An end needs its day, and a mistake has none."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") != ENDED or "ended_on" not in given:
            return given
        if not given["ended_on"]:
            self.add_error("ended_on", "Enter the day on which it ended.")
        elif self.started_on and given["ended_on"] < self.started_on:
            self.add_error(
                "ended_on",
                f"The end must be the same as or after the start, {written_date(self.started_on)}.",
            )
        return given
