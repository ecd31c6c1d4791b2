"""What is wrong with an instrument's file: every contradiction as a sentence, before anything is built from it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from leadscape.core.toml_shape import AnyKeys, Keys, shape_problems
from leadscape.survey.instruments.instrument import (
    CHOICE_TYPES,
    CONSENT,
    ENGLISH,
    NUMBER_TYPES,
    OPTION_SOURCES,
    QUESTION_TYPES,
)
from leadscape.survey.instruments.words import ENGLISH_WORDS

_TEXTS: Final = [str]
_WORDING: Final = AnyKeys(str)
_OPTION: Final = Keys(needed={"id": str, "label": _WORDING})
_QUESTION: Final = Keys(
    needed={"id": str, "type": str, "wording": _WORDING},
    allowed={
        "help": _WORDING,
        "required": bool,
        "open_list": bool,
        "options_from": str,
        "shows": str,
        "minimum": float,
        "maximum": float,
        "option": [_OPTION],
        "ask_if": Keys(needed={"question": str, "is": _TEXTS}),
    },
)
_SECTION: Final = Keys(
    needed={"id": str, "title": _WORDING, "question": [_QUESTION]},
    allowed={"help": _WORDING, "rows": int, "parts": _TEXTS},
)
_HEADER: Final = Keys(
    needed={
        **dict.fromkeys(("id", "source", "codebook"), str),
        "version": int,
        "languages": _TEXTS,
        **dict.fromkeys(("title", "introduction", "consent", "notice"), _WORDING),
    },
    allowed={
        "parts": _TEXTS,
        "nominations": Keys(needed={"section": str, "none": str}),
        "eligibility": Keys(needed={"question": str, "full_years": int}, allowed={"part": str}),
    },
)
SHAPE: Final = Keys(
    needed={"instrument": _HEADER, "section": [_SECTION]}, allowed={"words": AnyKeys(AnyKeys(str))}
)
_CONTENT: Final = ("title", "introduction", "consent", "notice")


def instrument_problems(raw: dict[str, Any]) -> tuple[str, ...]:
    """Every contradiction in a parsed instrument; empty when it is sound."""
    found = [*shape_problems(raw, SHAPE), *_unknown_keys(raw)]
    if found:
        # The checks below rely on the types.
        return tuple(found)
    header = raw["instrument"]
    found += _header_problems(header, raw.get("words", {}))
    found += [
        f"[instrument] {key} {told}."
        for key in _CONTENT
        for told in _untranslated(header[key], header["languages"])
    ]
    sections = raw["section"]
    asked = [(section, question) for section in sections for question in section["question"]]
    for what, names in (
        ("section", [section["id"] for section in sections]),
        ("question", [CONSENT, *(question["id"] for _, question in asked)]),
    ):
        found += [f"The {what} id {name!r} stands {n} times." for name, n in Counter(names).items() if n > 1]
    for section in sections:
        found += _section_problems(section, header)
    earlier: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
        CONSENT: ({"id": CONSENT, "type": "yes_no"}, None)
    }
    later = {question["id"] for _, question in asked}
    for section, question in asked:
        found += _question_problems(question, header["languages"])
        found += _skip_problems(question, section, earlier, later)
        earlier[question["id"]] = (question, section)
    found += _rule_problems(header, sections, {name: pair[0] for name, pair in earlier.items()})
    return tuple(found)


def _unknown_keys(raw: dict[str, Any]) -> list[str]:
    def unknown(value: Any, shape: Keys, place: str) -> list[str]:
        known = {*shape.needed, *shape.allowed}
        return [f"{place} has {key!r}, which is not understood." for key in value if key not in known]

    found = unknown(raw, SHAPE, "The file")
    if isinstance(header := raw.get("instrument"), dict):
        found += unknown(header, _HEADER, "[instrument]")
    for section in _tables_of(raw, "section"):
        found += unknown(section, _SECTION, f"Section {section.get('id')!r}")
        for question in _tables_of(section, "question"):
            found += unknown(question, _QUESTION, f"Question {question.get('id')!r}")
    return found


def _tables_of(value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Tables below a key; what stands in their place is told of by its shape."""
    held = value.get(key)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _untranslated(wording: dict[str, str], languages: list[str]) -> list[str]:
    lacking = [language for language in languages if not wording.get(language, "").strip()]
    surplus = [language for language in wording if language not in languages]
    return [
        *(f"has no wording in {language!r}" for language in lacking),
        *(
            f"has a wording in {language!r}, which is not a language of the instrument"
            for language in surplus
        ),
    ]


def _header_problems(header: dict[str, Any], words: dict[str, dict[str, str]]) -> list[str]:
    found = []
    if not header["languages"]:
        found.append("[instrument] languages is empty.")
    if header["version"] < 1:
        found.append(f"[instrument] version must be 1 or more, not {header['version']}.")
    for language in header["languages"]:
        lacking = [key for key in ENGLISH_WORDS if key not in words.get(language, {})]
        if language != ENGLISH and lacking:
            found.append(f"[words.{language}] lacks {', '.join(map(repr, lacking))}.")
    for language, given in words.items():
        found += [
            f"[words.{language}] {key!r} is not a word of the form."
            for key in given
            if key not in ENGLISH_WORDS
        ]
    return found


def _section_problems(section: dict[str, Any], header: dict[str, Any]) -> list[str]:
    name = section["id"]
    found = [f"Section {name} title {told}." for told in _untranslated(section["title"], header["languages"])]
    if section.get("help"):
        found += [
            f"Section {name} help {told}." for told in _untranslated(section["help"], header["languages"])
        ]
    if not section["question"]:
        found.append(f"Section {name} asks nothing.")
    if section.get("rows", 1) < 1:
        found.append(f"Section {name} has {section['rows']} rows; it needs at least one.")
    found += [
        f"Section {name} is for {part!r}, which is not a part of the instrument."
        for part in section.get("parts", [])
        if part not in header.get("parts", [])
    ]
    return found


def _question_problems(question: dict[str, Any], languages: list[str]) -> list[str]:
    name, kind = question["id"], question["type"]
    found = [f"Question {name} {told}." for told in _untranslated(question["wording"], languages)]
    if question.get("help"):
        found += [f"Question {name} help {told}." for told in _untranslated(question["help"], languages)]
    if kind not in QUESTION_TYPES:
        return [*found, f"Question {name} is of type {kind!r}; known: {', '.join(QUESTION_TYPES)}."]
    options, source = question.get("option"), question.get("options_from")
    if source is not None and source not in OPTION_SOURCES:
        found.append(f"Question {name} takes options from {source!r}; known: {', '.join(OPTION_SOURCES)}.")
    if kind in CHOICE_TYPES and not options and source is None:
        found.append(f"Question {name} is a choice without options.")
    if options and source is not None:
        found.append(f"Question {name} has options of its own and takes others from {source!r}.")
    if kind not in CHOICE_TYPES and (options or source is not None or question.get("open_list")):
        found.append(f"Question {name} has options and is of type {kind!r}, which has none.")
    if kind == "several_choices" and question.get("open_list"):
        found.append(f"Question {name} lets several be chosen, so its list cannot be open.")
    for option in options or []:
        place = f"Question {name} option {option['id']}"
        found += [f"{place} {told}." for told in _untranslated(option["label"], languages)]
        found += [
            f"{place} holds a semicolon, which separates answers."
            for text in option["label"].values()
            if ";" in text
        ]
    found += [
        f"Question {name} has the option {option!r} {n} times."
        for option, n in Counter(option["id"] for option in options or []).items()
        if n > 1
    ]
    low, high = question.get("minimum"), question.get("maximum")
    if kind not in NUMBER_TYPES and (low is not None or high is not None):
        found.append(f"Question {name} has limits and is of type {kind!r}, which has none.")
    if kind == "rating" and (low is None or high is None):
        found.append(f"Question {name} is a rating without minimum and maximum.")
    if low is not None and high is not None and low >= high:
        found.append(f"Question {name} has the minimum {low:g} and the maximum {high:g}.")
    return found


def _skip_problems(
    question: dict[str, Any],
    section: dict[str, Any],
    earlier: dict[str, tuple[dict[str, Any], dict[str, Any] | None]],
    later: set[str],
) -> list[str]:
    rule = question.get("ask_if")
    if rule is None:
        return []
    name, wanted = question["id"], rule["question"]
    if wanted not in earlier:
        told = "comes later" if wanted in later else "does not exist"
        return [f"Question {name} is asked depending on {wanted!r}, which {told}."]
    asked, its_section = earlier[wanted]
    found = []
    if its_section is not None and its_section.get("rows") and its_section is not section:
        found.append(
            f"Question {name} depends on {wanted!r}, which is answered once a line of another section."
        )
    parts = set(section.get("parts", []))
    its_parts = set((its_section or {}).get("parts", []))
    if its_parts and not (parts and parts <= its_parts):
        found.append(f"Question {name} depends on {wanted!r}, which not everybody who is asked it is asked.")
    if not rule["is"]:
        found.append(f"Question {name} depends on {wanted!r} without an answer.")
    if asked["type"] == "yes_no":
        known = {"yes", "no"}
    elif asked["type"] in CHOICE_TYPES:
        known = {option["id"] for option in asked.get("option", [])} if asked.get("option") else None
    else:
        return [*found, f"Question {name} depends on {wanted!r}, which is not a choice."]
    found += [
        f"Question {name} depends on the answer {answer!r} to {wanted!r}, which is no option of it."
        for answer in rule["is"]
        if known is not None and answer not in known
    ]
    return found


def _rule_problems(
    header: dict[str, Any], sections: list[dict[str, Any]], questions: dict[str, dict[str, Any]]
) -> list[str]:
    found = []
    if rule := header.get("nominations"):
        section = next((s for s in sections if s["id"] == rule["section"]), None)
        if section is None or not section.get("rows"):
            found.append(
                f"[instrument] nominations names {rule['section']!r}, which is no section with rows."
            )
        elif "leader_name" not in {question["id"] for question in section["question"]}:
            found.append(f"Section {rule['section']} holds nominations and does not ask for leader_name.")
        if questions.get(rule["none"], {}).get("type") != "yes_no":
            found.append(
                f"[instrument] nominations names {rule['none']!r}, which is no question of type yes_no."
            )
    if rule := header.get("eligibility"):
        if questions.get(rule["question"], {}).get("type") != "date":
            found.append(
                f"[instrument] eligibility names {rule['question']!r}, which is no question of type date."
            )
        if rule["full_years"] < 1:
            found.append("[instrument] eligibility full_years must be 1 or more.")
        if "part" in rule and rule["part"] not in header.get("parts", []):
            found.append(f"[instrument] eligibility is about {rule['part']!r}, which is not a part.")
    return found
