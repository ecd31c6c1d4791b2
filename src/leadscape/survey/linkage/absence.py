"""What a mention is when no open school is meant: a grouping, an early-years setting, a place in another country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey.linkage.grammar import load_grammar

if TYPE_CHECKING:
    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.register import LinkageRegister


def recognise_absent(asked: Asked, register: LinkageRegister) -> pl.DataFrame:
    """``absence`` (null for none) and ``why``, one row a mention, by its words and its postcode alone."""
    grammar = load_grammar()
    text = pl.concat_str(pl.lit(" "), pl.col("folded"), pl.lit(" "))
    areas = register.schools["area"].drop_nulls().unique()
    foreign = pl.Series(sorted(grammar.outside_areas)).filter(
        ~pl.Series(sorted(grammar.outside_areas)).is_in(areas.implode())
    )
    outside = pl.col("area").is_in(foreign.implode()).fill_null(value=False)
    found = [
        (
            name,
            text.str.contains(rf" (?:{'|'.join(words)}) ")
            | (outside if name == "outside" else pl.lit(value=False)),
            sentence,
        )
        for name, words, sentence in grammar.absent
    ]
    frame = pl.DataFrame({"folded": asked.names.folded, "area": asked.mentions["area"]})
    return frame.select(
        absence=pl.coalesce(
            *(pl.when(says).then(pl.lit(name)) for name, says, _ in found), pl.lit(None, pl.String)
        ),
        why=pl.coalesce(
            *(pl.when(says).then(pl.lit(sentence)) for _, says, sentence in found), pl.lit(None, pl.String)
        ),
    )
