"""What people must decide about the returns of a study, what they decided, and a sample that is checked with schools.

Names of people are in none of these tables. What a return says in its own words may hold a name; such words are in
:class:`Text` and nowhere else, so that they can be blanked.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import Person, User
from leadscape_web.studies.models import Study
from leadscape_web.survey.models import Wave

NO_WORDS = r"^[A-Za-z0-9_.-]{1,80}$"
"""What is an id or a code word, and cannot hold a name with its spaces."""


class Question(models.Model):
    """One row is one doubt of one study. See ``leadscape.survey.tables.Questions``, without words and without names.

    It stays when a later run does not ask it any more (``gone_at``), with what was decided on it.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        ROLE = "role", "Which role"
        SCHOOL = "school", "Which school"
        PERSON = "person", "Whether one person"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study_id: uuid.UUID
    study = models.ForeignKey(Study, models.PROTECT, related_name="questions")
    kind = models.TextField(choices=Kind.choices)
    authorities = ArrayField(
        models.TextField(),
        default=list,
        help_text="In which its lines lie; none: not known, so of the nation",
    )
    nominations = models.IntegerField(help_text="Lines that wait for the answer")
    candidates = ArrayField(
        models.TextField(), default=list, help_text="Possible answers as the library words them, best first"
    )
    answers = ArrayField(models.TextField(), default=list, help_text="What each candidate answers")
    chances_pct = ArrayField(models.IntegerField(), default=list, help_text="How likely each candidate is")
    evidence = ArrayField(
        models.TextField(), default=list, help_text="What speaks for each candidate; empty: nothing more"
    )
    probability_pct = models.IntegerField(
        null=True, help_text="Of the first candidate, or that both are one person; null: none is told"
    )
    carried_out = models.TextField(null=True, help_text="The decision that the last run carried out")
    not_used = models.TextField(
        default="",
        help_text="Decision of an earlier study that this one could not carry out, and why; empty: none",
    )
    run_at = models.DateTimeField(help_text="When the run was stored that asked it last")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+")
    wave_id: uuid.UUID
    gone_at = models.DateTimeField(null=True, help_text="When a run did not ask it any more")
    decisions: models.Manager[Decision]
    texts: models.Manager[Text]
    lines: models.Manager[QuestionLine]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["study", "kind"], name="questions_of_study")]


class QuestionLine(models.Model):
    """One row is one line of a return that a question is about: facts by number, the person by id.

    Made anew by every run. A missing person means that the line counts for no leader yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="lines")
    side = models.IntegerField(help_text="1 or 2 of two persons, else 0")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    leader_key = models.TextField(help_text="leader_id of the library")
    respondent = models.TextField()
    home_school_id = models.TextField(null=True, help_text="URN of the school taken to be meant")
    role = models.TextField(null=True, help_text="Role id as coded; null: not decided")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    name_marks = ArrayField(
        models.TextField(),
        default=list,
        help_text="Keyed hashes of the words of the name in the line, by which a note that names the person is refused",
    )
    question_id: uuid.UUID
    person_id: uuid.UUID | None


class Decision(models.Model):
    """One row is one answer to one question, current while ``superseded_at`` is null. Never changed otherwise.

    Without an answer it says that an earlier decision was taken back and the question is open again.
    """

    class Origin(models.TextChoices):
        """How it came here."""

        PAGE = "page", "decided on its page"
        FILE = "file", "from a review file"
        STUDY = "study", "came with the study"
        EARLIER = "earlier", "decided in an earlier study"
        UNDO = "undo", "an earlier decision taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="decisions")
    answer = models.TextField(null=True, help_text="Role id, URN, none, same or different")
    origin = models.TextField(choices=Origin.choices)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)
    restores = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The decision that stands again, with who made it and their note, after a later one was taken back",
    )
    question_id: uuid.UUID
    decided_by_id: uuid.UUID | None
    restores_id: uuid.UUID | None
    texts: models.Manager[Text]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question"],
                condition=models.Q(superseded_at=None),
                name="one_current_decision_a_question",
            ),
            models.CheckConstraint(
                condition=models.Q(answer=None) | models.Q(answer__regex=NO_WORDS),
                name="a_decision_is_no_free_text",
            ),
        ]


class Text(models.Model):
    """One row is words that somebody wrote freely and that may name a person: of a return, of a note, of who decided.

    The only table of this room with such words. Emptied (``blanked_at``) by the erasure of a person whom its question
    is about, or whose name it holds.
    """

    class Field(models.TextChoices):
        """Which words."""

        KEY = "key", "Id of the question, which for a role is its wording"
        AS_WRITTEN = "as_written", "What the return says"
        CONTEXT = "context", "What else it says"
        NOTE = "note", "Note on a decision"
        DECIDED_BY = "decided_by", "Who decided, as a file says"
        DECIDED_IN = "decided_in", "Earlier study in which it was decided"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="texts")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="texts")
    field = models.TextField(choices=Field.choices)
    text = models.TextField()
    blanked_at = models.DateTimeField(null=True)
    question_id: uuid.UUID
    decision_id: uuid.UUID | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question", "decision", "field"], name="one_text_a_field", nulls_distinct=False
            )
        ]


class Sample(models.Model):
    """One row is one draw of reported entries that are checked with the leaders' schools."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="samples")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+")
    strata = ArrayField(models.TextField(), help_text="What the draw kept apart")
    size = models.IntegerField(help_text="Entries drawn")
    drawn_at = models.DateTimeField(default=timezone.now)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    study_id: uuid.UUID
    wave_id: uuid.UUID
    entries: models.Manager[Entry]

    @property
    def drawn_on(self) -> date:
        """The day of the draw where the service is used."""
        return timezone.localdate(self.drawn_at)


class Entry(models.Model):
    """One row is one role-holding drawn. Its facts are those of the day of the draw; the name is the person's own.

    See ``leadscape.survey.validation.tables.ValidationSample``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="entries")
    holding_key = models.TextField(help_text="Key of the role-holding")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    authority_id = models.TextField(null=True)
    home_school_id = models.TextField(null=True)
    role = models.TextField()
    stratum = models.TextField()
    reported = models.IntegerField(help_text="Holdings of the stratum when the sample was drawn")
    drawn = models.IntegerField(help_text="Of those, how many were drawn")
    inclusion_share = models.FloatField()
    random_number = models.FloatField()
    partner_schools = ArrayField(models.TextField(), default=list, help_text="URNs")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    sample_id: uuid.UUID
    person_id: uuid.UUID | None
    answers: models.Manager[Answer]


class Answer(models.Model):
    """One row is what a school said about one field of one entry, current while ``superseded_at`` is null.

    A missing row means that the school said nothing about it, which is not *right*. See
    ``leadscape.survey.validation.tables.ValidationAnswers``.
    """

    class Said(models.TextChoices):
        """The answer."""

        RIGHT = "right", "Right"
        WRONG = "wrong", "Wrong"
        DO_NOT_KNOW = "do_not_know", "The school does not know"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="answers")
    field = models.TextField()
    said = models.TextField(choices=Said.choices)
    role = models.TextField(null=True, help_text="For a wrong role: which one it is instead")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)
    entry_id: uuid.UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "field"],
                condition=models.Q(superseded_at=None),
                name="one_current_answer_a_field",
            ),
            models.CheckConstraint(
                condition=models.Q(role=None) | models.Q(role__regex=NO_WORDS), name="a_role_is_no_free_text"
            ),
        ]
