"""The reference page of rules and themes: what flags a school, and what each theme is judged by."""

from __future__ import annotations

from leadscape.codebooks.rule_conditions import AtLeast, Condition, InspectionIs, Not
from leadscape.codebooks.rules import Rule, load_rules, rule_books
from leadscape.codebooks.themes import By, ByBalance, ByFigure, ByGap, load_themes


def rules_page(note: str) -> str:
    """The page as Markdown."""
    parts = [
        note,
        "# Rules and themes",
        "",
        "How they are answered: [rules](../methods/rules.md), [matrix](../methods/matrix.md).",
    ]
    for name in rule_books():
        book = load_rules(name)
        parts += ["", f"## {book.title}", "", f"Codebook `{book.id}`. Source: {book.source}."]
        for rule in book.rules:
            parts += ["", *_rule(rule)]
    return "\n".join([*parts, "", *_themes()]) + "\n"


def _rule(rule: Rule) -> list[str]:
    until = f" to {rule.valid_to}" if rule.valid_to else ""
    about = [f"Holds from {rule.valid_from}{until}. Needs {', '.join(f'`{one}`' for one in rule.needs)}."]
    about += [f"About the phases {', '.join(rule.phases)}."] if rule.phases else []
    about += (
        [f"Relies on the crosswalks {', '.join(f'`{one}`' for one in rule.crosswalks)}."]
        if rule.crosswalks
        else []
    )
    return [f"### `{rule.id}`", "", f"{rule.label}. {rule.definition} Source: {rule.source}.", "", " ".join(about), "",
            *_condition(rule.condition, rule, 0)]  # fmt: skip


def _condition(condition: Condition, rule: Rule, depth: int) -> list[str]:
    indent = "  " * depth
    if isinstance(condition, Not):
        return [f"{indent}* not:", *_condition(condition.part, rule, depth + 1)]
    if isinstance(condition, AtLeast):
        n = len(condition.parts)
        head = (
            "all of"
            if condition.least == n
            else "any of"
            if condition.least == 1
            else f"at least {condition.least} of"
        )
        below = [line for part in condition.parts for line in _condition(part, rule, depth + 1)]
        return [f"{indent}* {head}:", *below]
    if isinstance(condition, InspectionIs):
        which = condition.sentence.partition(":")[0]
        return [f"{indent}* {which}: {rule.words[condition.word].label}"]
    return [f"{indent}* {condition.sentence}"]


def _themes() -> list[str]:
    book = load_themes()
    parts = [
        f"## {book.title}",
        "",
        f"Source: {book.source}.",
        "",
        "| theme | stage | judged by, in order |",
        "|---|---|---|",
    ]
    for theme in book.themes:
        for stage in dict.fromkeys(one.stage for one in theme.by):
            entries = "; ".join(_by(one) for one in theme.by if one.stage == stage)
            parts.append(f"| {theme.label} | {stage} | {entries} |")
    return parts


def _by(by: By) -> str:
    if isinstance(by, ByFigure):
        sd = f" (spread between pupils {by.pupil_sd:g})" if by.pupil_sd is not None else ""
        return f"`{by.measure}`{sd}"
    if isinstance(by, ByGap):
        return f"gap in `{by.measure}`"
    if isinstance(by, ByBalance):
        return f"`{by.measure}` of {by.years} years"
    areas = ", ".join(f"{one.area} ({one.framework})" for one in by.grades)
    return f"latest inspection: {areas}"
