"""Review files out and in, and the run that carries decisions out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from leadscape.core.errors import LeadscapeError, TableProblem
from leadscape_web.accounts.limits import costly
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, SEES_PEOPLE, allow
from leadscape_web.jobs.asking import ask_for
from leadscape_web.register.models import School
from leadscape_web.review.deciding import DecidedMeanwhile
from leadscape_web.review.forms import UploadForm
from leadscape_web.review.importing import Change, DryRun, Outdated, apply_file, check_file
from leadscape_web.review.models import Question
from leadscape_web.review.presenters.persons import Known, read_known
from leadscape_web.review.presenters.question import answer_words, title_with
from leadscape_web.review.review_file import MEDIA_TYPES, review_file
from leadscape_web.studies.models import Study
from leadscape_web.survey.codebooks import known_waves

MOST_SHOWN = 200


@allow(SEES_PEOPLE)
@costly
def download(request: HttpRequest, study: UUID, kind: str) -> HttpResponse:
    """The review file, exactly as the library writes it."""
    if kind not in MEDIA_TYPES:
        raise Http404("A review file is a CSV or an XLSX.")
    found = get_object_or_404(Study, pk=study)
    answer = HttpResponse(review_file(found, kind), content_type=MEDIA_TYPES[kind])  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="review-{found.as_of.isoformat()}.{kind}"'
    return answer


@allow(EDITS, methods=("GET", "POST"))
def upload(request: HttpRequest, study: UUID) -> HttpResponse:
    """A review file, and what its decisions would change."""
    found = get_object_or_404(Study.objects.select_related("wave"), pk=study)
    form = (
        UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    )
    context: dict[str, Any] = {"study": found, "form": form, "dry_run": None, "problems": ()}
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = check_file(found, file.name, file.read(), request.user)
        except TableProblem as problem:
            form.add_error("file", str(problem))
            context["problems"] = problem.problems.head(MOST_SHOWN).to_dicts()
        except LeadscapeError as problem:
            form.add_error("file", str(problem))
        else:
            context |= {"dry_run": run, "rows": _rows(run), "most": MOST_SHOWN}
    return render(
        request, "review/upload.html", context, status=422 if form.is_bound and form.errors else 200
    )


@allow(EDITS, methods=("POST",))
def apply(request: HttpRequest, study: UUID) -> HttpResponse:
    """Make the decisions that the page before listed."""
    found = get_object_or_404(Study, pk=study)
    try:
        made = apply_file(found, request.POST.get("token", ""), request.user)
    except (Outdated, DecidedMeanwhile) as problem:
        form = UploadForm({}, {})
        form.errors["file"] = form.error_class([str(problem)])
        context = {"study": found, "form": form, "dry_run": None, "problems": ()}
        return render(request, "review/upload.html", context, status=409)
    messages.success(
        request, f"{made:,} decision{'s' * (made != 1)} of the file {'were' if made != 1 else 'was'} made."
    )
    return redirect("review:queue")


@allow(EDITS_NATION, methods=("POST",))
def run(request: HttpRequest, study: UUID) -> HttpResponse:
    """Run the study again with the decisions made so far."""
    found = get_object_or_404(Study, pk=study)
    job = ask_for(
        "studies.run",
        asked_by=request.user,  # type: ignore[arg-type]
        subject=f"{found.title}, with the decisions of reviewers",
        given={"study": str(found.pk), "why": "Ran the study again with the decisions of reviewers"},
    )
    return redirect("jobs:job", job.pk)


def _rows(run: DryRun) -> list[list[Any]]:
    shown = run.changes[:MOST_SHOWN]
    words = known_waves()
    known = _known(shown)
    answers = {text for change in shown for text in (change.before, change.after) if text}
    schools = dict(School.objects.filter(urn__in=answers).values_list("urn", "name"))

    def told(change: Change, answer: str | None) -> str:
        if answer is None:
            return "Open"
        return answer_words(
            change.asked.question.kind, answer, words.words(change.asked.question.wave_id), schools
        )

    return [
        [
            title_with(change.asked, known),
            told(change, change.before),
            told(change, change.after),
            f"Left out: {change.note_left_out}" if change.note_left_out else change.note or "None",
        ]
        for change in shown
    ]


def _known(changes: tuple[Change, ...]) -> Known:
    persons = [one.asked for one in changes if one.asked.question.kind == Question.Kind.PERSON]
    lines = [line for one in persons for line in one.lines]
    return read_known(lines, persons[0].question.wave_id) if persons else Known({}, {}, {}, {})
