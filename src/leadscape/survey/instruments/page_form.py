"""A form as one printable page: no script, no network, for paper, telephone and small screens."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leadscape.core.writing import write_text
from leadscape.survey.instruments.choices import Addressee, Lists, advice, number_questions
from leadscape.survey.instruments.instrument import CHOICE_TYPES, in_language

if TYPE_CHECKING:
    from leadscape.survey.instruments.instrument import Instrument, Option, Question, Section, Wording

PRINTED_LINES: Final = 8
"""Lines of a repeating section on the page; more go on another copy."""

LONGEST_PRINTED_LIST: Final = 30
"""A list from which every line chooses is printed once, unless it is longer: people know their authority's name."""

# Every text has at least 4.5 : 1 on its background, every outline of a box at least 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11).
STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 50rem; color: #16202a; background: #fff;
  font: 1.05rem/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .75rem; border-top: 2px solid #0d4f6b; padding-top: .75rem; }
.skip { position: absolute; left: -100rem; background: #fff; padding: .5rem; }
.skip:focus { left: .5rem; top: .5rem; }
.notice { background: #f4f6f7; border-left: 4px solid #0d4f6b; padding: .75rem 1rem; margin: 1.5rem 0; }
.notice h2 { border: 0; margin: 0 0 .25rem; padding: 0; font-size: 1.05rem; }
.question, fieldset { margin: 0 0 1.5rem; padding: 0; border: 0; min-width: 0; }
label, legend { font-weight: 600; padding: 0; }
.how { margin: .1rem 0 .4rem; color: #47535f; font-size: .95rem; }
.held { margin: .2rem 0 .4rem; padding: .3rem .6rem; background: #f4f6f7; }
input[type=text], textarea { display: block; width: 100%; min-height: 2.75rem; padding: .4rem; font: inherit;
  color: inherit; background: #fff; border: 1.5px solid #47535f; border-radius: 0; }
textarea { min-height: 7rem; }
.short { max-width: 14rem; }
.choice { display: flex; gap: .6rem; align-items: flex-start; min-height: 1.75rem; margin: .35rem 0; }
.choice input { width: 1.5rem; height: 1.5rem; margin: .1rem 0 0; flex: none; }
.choice label { font-weight: 400; }
.line { border: 1.5px solid #7d8a94; padding: .75rem; }
.line > legend { padding: 0 .4rem; }
.grid { display: grid; grid-template-columns: 1fr; gap: .75rem 1rem; }
.grid .how { font-size: .85rem; }
:focus-visible { outline: 3px solid #0d4f6b; outline-offset: 2px; }
footer { margin-top: 2rem; border-top: 1px solid #7d8a94; padding-top: .5rem; color: #47535f; font-size: .85rem; }
@media (min-width: 40rem) { .grid { grid-template-columns: 1fr 1fr; } }
@page { size: A4; margin: 16mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .skip, .screen { display: none; }
  .question, fieldset { break-inside: avoid; }
  h2 { break-after: avoid; }
  .grid { grid-template-columns: 1fr 1fr; }
  .notice, .held { border: 1px solid #7d8a94; }
}
"""


def render_page_form(instrument: Instrument, to: Addressee, lists: Lists, language: str) -> str:
    """The page as HTML; the same instrument, addressee and lists give the same text."""
    words = instrument.words[language]
    numbers = number_questions(instrument, to.part)
    title = _text(in_language(instrument.title, language))
    ask = _Asker(instrument, to, lists, language, numbers)
    body = [
        f'<a class="skip" href="#questions">{_text(words["skip_link"])}</a>',
        f"<header><h1>{title}</h1>",
        f"<p>{_text(words['for'])}: {_text(to.respondent_name)}</p>" if to.respondent_name else "",
        "</header>",
        '<main id="questions" tabindex="-1">',
        f"<p>{_text(in_language(instrument.introduction, language))}</p>",
        f'<p class="screen">{_text(words["print"])}</p>',
        f'<div class="notice"><h2>{_text(words["notice"])}</h2>'
        f"<p>{_text(in_language(instrument.notice, language))}</p></div>",
        f"<section><h2>{_text(words['consent'])}</h2>",
        ask.once(instrument.consent_question),
        "</section>",
        *(ask.section(section) for section in instrument.sections_for(to.part)),
        "</main>",
        f"<footer><p>{_text(_made_from(instrument, to, words['made_from']))}</p></footer>",
    ]
    return (
        f'<!doctype html>\n<html lang="{_text(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def write_page_form(path: Path, instrument: Instrument, to: Addressee, lists: Lists, language: str) -> None:
    """Write the page as one file."""
    write_text(render_page_form(instrument, to, lists, language), path)


class _Asker:
    """Questions of one page: what they say depends on the language, the lists and the numbers of the others."""

    def __init__(
        self, instrument: Instrument, to: Addressee, lists: Lists, language: str, numbers: dict[str, int]
    ) -> None:
        self.instrument, self.to, self.lists, self.language = instrument, to, lists, language
        self.numbers, self.words = numbers, instrument.words[language]

    def section(self, section: Section) -> str:
        head = f"<section><h2>{self.say(section.title)}</h2>"
        help_text = f"<p>{self.say(section.help)}</p>" if section.help else ""
        if section.rows is None:
            return "\n".join(
                [head, help_text, *(self.once(question) for question in section.questions), "</section>"]
            )
        lines = range(1, min(section.rows, PRINTED_LINES) + 1)
        return "\n".join(
            [
                head,
                f"<p>{_text(self.words['lines'])}</p>",
                *(
                    self.list_of(question)
                    for question in section.questions
                    if 0 < len(self.lists.options(question)) <= LONGEST_PRINTED_LIST
                ),
                *(self.line(section, number) for number in lines),
                "</section>",
            ]
        )

    def once(self, question: Question) -> str:
        wording = f"{self.numbers[question.id]}. {in_language(question.wording, self.language)}"
        options = self.options(question)
        held = ""
        if question.shows is not None:
            value = self.to.shown.get(question.shows) or self.words["nothing_held"]
            held = f'<p class="held">{_text(self.words["shown"].format(value=value))}</p>'
        how = self.how(question, question.id)
        if not options:
            box = self.box(question, question.id, rich=question.type == "long_text")
            label = f'<label for="{_text(question.id)}">{_text(wording)}</label>'
            return f'<div class="question">{label}{held}{how}{box}</div>'
        kind = "checkbox" if question.type == "several_choices" else "radio"
        filled = {part.strip() for part in self.to.filled.get(question.id, "").split(";")}
        choices = "".join(
            f'<div class="choice"><input type="{kind}" id="{_text(f"{question.id}-{name}")}" '
            f'name="{_text(question.id)}"{" checked" if name in filled else ""}>'
            f'<label for="{_text(f"{question.id}-{name}")}">{_text(label)}</label></div>'
            for name, label in options
        )
        if question.open_list:
            own = f"{question.id}-own-words"
            choices += (
                f'<div class="choice"><label for="{_text(own)}">{_text(self.words["own_words"])}</label></div>'
                f'<input type="text" id="{_text(own)}">'
            )
        described = f' aria-describedby="{_text(question.id)}-how"' if how else ""
        return f"<fieldset{described}><legend>{_text(wording)}</legend>{held}{how}{choices}</fieldset>"

    def line(self, section: Section, number: int) -> str:
        cells = "".join(
            f'<div><label for="{_text(name)}">{self.say(question.wording)}</label>'
            f"{self.how(question, name)}{self.box(question, name, rich=False)}</div>"
            for question in section.questions
            for name in [f"{question.id}-{number}"]
        )
        legend = f"{_text(self.words['line'])} {number}"
        return f'<fieldset class="line"><legend>{legend}</legend><div class="grid">{cells}</div></fieldset>'

    def list_of(self, question: Question) -> str:
        entries = "".join(
            f"<li>{self.say(o.label)}{': ' * bool(o.description)}{self.say(o.description)}</li>"
            for o in self.lists.options(question)
        )
        return f"<h3>{self.say(question.wording)}</h3><ul>{entries}</ul>"

    def options(self, question: Question) -> list[tuple[str, str]]:
        if question.type == "yes_no":
            return [(answer, self.words[answer]) for answer in ("yes", "no")]
        if question.type == "rating" and question.minimum is not None and question.maximum is not None:
            return [(str(n), str(n)) for n in range(int(question.minimum), int(question.maximum) + 1)]
        if question.type not in CHOICE_TYPES:
            return []
        found: tuple[Option, ...] = self.lists.options(question)
        return [(option.id, in_language(option.label, self.language)) for option in found]

    def how(self, question: Question, name: str) -> str:
        told = advice(self.instrument, question, self.language, self.lists, self.numbers)
        return f'<p class="how" id="{_text(name)}-how">{_text(told)}</p>' if told else ""

    def box(self, question: Question, name: str, *, rich: bool) -> str:
        described = f' aria-describedby="{_text(name)}-how"' if self.how(question, name) else ""
        filled = self.to.filled.get(question.id, "") if name == question.id else ""
        if rich:
            return f'<textarea id="{_text(name)}" rows="5"{described}>{_text(filled)}</textarea>'
        short = ' class="short"' if question.type in ("date", "number", "rating", "yes_no") else ""
        value = f' value="{_text(filled)}"' if filled else ""
        return f'<input type="text" id="{_text(name)}"{short}{value}{described}>'

    def say(self, wording: Wording) -> str:
        return _text(in_language(wording, self.language))


def _made_from(instrument: Instrument, to: Addressee, sentence: str) -> str:
    made = sentence.format(id=instrument.id, version=instrument.version, hash=instrument.content_hash[:12])
    known = (to.respondent_id, to.dyad_id, to.part, to.entry_id)
    return " · ".join([made, *(part for part in known if part)])


def _text(text: str | None) -> str:
    return escape(text or "", quote=True)
