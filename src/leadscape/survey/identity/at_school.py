"""Two sources name people at one school: which of them are one person?

Tables in: ``id``, ``urn``, ``name`` of two sources, such as the heads of a register and the leaders of a survey. Table
out: pairs of ids.

Method: names are taken apart; two agree when they are written alike but for titles and punctuation, or when surnames
(or a half of a double or former one) are equal, given names are equal or one is the initial of the other, and titles do
not contradict each other. A pair is told only where each of the two agrees with nobody else at the school.

What it does not say: anything about one name at two schools, which may be one head or two namesakes.
"""

from __future__ import annotations

import polars as pl

from leadscape.survey.identity.exact import fold_person_name
from leadscape.survey.identity.names import part_names


def match_at_school(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one person, named by both sources at the same school.

    Parameters
    ----------
    one, other
        ``id``, ``urn``, ``name``; rows without a school or a name match nobody.

    Returns
    -------
    polars.DataFrame
        ``one``, ``other``: ids, sorted; each id at most once.

    Examples
    --------
    >>> register = pl.DataFrame({"id": ["h"], "urn": ["100001"], "name": ["Mrs Kate Smith"]})
    >>> survey = pl.DataFrame({"id": ["l"], "urn": ["100001"], "name": ["K. Smith"]})
    >>> match_at_school(register, survey).rows()
    [('h', 'l')]
    """
    pairs = _parted(one).join(_parted(other), on="urn", suffix="_other")
    surnames = pl.col("surnames").list.set_intersection("surnames_other").list.len() > 0
    given, given_other = pl.col("given"), pl.col("given_other")
    alike = (
        (given == given_other)
        | ((given.str.len_chars() == 1) & given_other.str.starts_with(given))
        | ((given_other.str.len_chars() == 1) & given.str.starts_with(given_other))
    ).fill_null(value=False)
    contradicted = (pl.col("gender") != pl.col("gender_other")).fill_null(value=False)
    written = pl.col("folded") == pl.col("folded_other")
    told = pairs.filter(~contradicted & (written | (surnames & alike))).select(one="id", other="id_other")
    alone = (pl.len().over("one") == 1) & (pl.len().over("other") == 1)
    return told.filter(alone).sort("one", "other")


def _parted(named: pl.DataFrame) -> pl.DataFrame:
    """Rows that can match, with the parts of their names."""
    whole = named.select(pl.col("id", "urn", "name").cast(pl.String)).drop_nulls()
    parts = part_names(whole["name"])
    return (
        whole.with_columns(folded=fold_person_name(pl.col("name")))
        .hstack(parts.select("gender", "surname", "parts", "given"))
        .filter(pl.col("folded") != "", ~parts["several"].fill_null(value=False))
        .with_columns(surnames=pl.concat_list("surname", "parts").list.drop_nulls())
        .select("id", "urn", "folded", "gender", "surnames", "given")
    )
