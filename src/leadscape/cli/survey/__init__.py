"""``leadscape survey``: forms out, answers in, coding, linkage, people, validation."""

from __future__ import annotations

import typer

from leadscape.cli.survey import code
from leadscape.cli.survey.agree import agree
from leadscape.cli.survey.form import form
from leadscape.cli.survey.identify import identify
from leadscape.cli.survey.link import link
from leadscape.cli.survey.person import person
from leadscape.cli.survey.read import read
from leadscape.cli.survey.response import response
from leadscape.cli.survey.review import review
from leadscape.cli.survey.validate import validate
from leadscape.cli.survey.withdraw import withdraw

app = typer.Typer(
    help="Surveys: forms out, answers in, coding, linkage, people, validation.", no_args_is_help=True
)


@app.callback()
def _root() -> None:
    pass


app.command("agree")(agree)
app.add_typer(code.app, name="code")
app.command("form")(form)
app.command("identify")(identify)
app.command("link")(link)
app.command("person")(person)
app.command("read")(read)
app.command("response")(response)
app.command("review")(review)
app.command("validate")(validate)
app.command("withdraw")(withdraw)
