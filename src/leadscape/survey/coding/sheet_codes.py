"""Codes as a person writes them into a cell: several, by id or by label, in any case, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import Problems, polars_schema
from leadscape.survey.coding.scheme import NO_CODE

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme


def code_parts(cell: pl.Expr) -> pl.Expr:
    """A cell's codes as a list; empty where nothing is written."""
    parts = cell.str.split(";").list.eval(pl.element().str.strip_chars())
    return pl.coalesce(parts.list.filter(pl.element() != ""), pl.lit([], pl.List(pl.String)))


def name_codes(written: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    """``row``, ``part`` as written, ``code`` (null where no code bears that id or label), from ``row``, ``parts``.

    An id goes before a label; a label that two codes bear names neither.
    """
    ids = [*scheme.code_by_id, NO_CODE]
    by_id = pl.DataFrame({"by_id": ids, "lower": [code.lower() for code in ids]}).unique("lower", keep="none")
    by_label = (
        pl.DataFrame({"by_label": [c.id for c in scheme.codes], "label": [c.label for c in scheme.codes]})
        .with_columns(folded=normalise_name(pl.col("label")))
        .unique("folded", keep="none")
        .select("by_label", "folded")
    )
    parts = written.select("row", part="parts").explode("part", empty_as_null=True)
    return (
        parts.with_columns(folded=normalise_name(pl.col("part")), lower=pl.col("part").str.to_lowercase())
        .join(by_id, on="lower", how="left", maintain_order="left")
        .join(by_label, on="folded", how="left", maintain_order="left")
        .select("row", "part", code=pl.coalesce("by_id", "by_label"))
    )


def code_problems(named: pl.DataFrame, scheme: CodeScheme, column: str) -> list[pl.DataFrame]:
    """Parts that are no code, a heading, or ``none`` beside a code; each as ``Problems`` of the core."""
    below = {
        code.id: ", ".join(child.id for child in scheme.children(code.id)) or "none there"
        for code in scheme.codes
        if not code.is_codable
    }
    code = pl.col("code")
    beside = (code == NO_CODE) & (code.n_unique().over("row") > 1)
    checks = [
        (code.is_null(), pl.lit(f"Must be a code of {scheme.id}, by id or label; several separated by a semicolon.")),
        (code.is_in(list(below)), pl.format("Is a heading; choose one below it: {}.",
                                            code.replace_strict(below, default=None, return_dtype=pl.String))),
        (beside, pl.lit(f"The word {NO_CODE} stands alone: it says that no code applies.")),
    ]  # fmt: skip
    return [
        named.filter(wrong).select(
            pl.col("row").cast(pl.Int64), column=pl.lit(column), value="part", rule=rule
        ).cast(polars_schema(Problems))
        for wrong, rule in checks
    ]  # fmt: skip


def words_only(text: pl.Expr) -> pl.Expr:
    """Words without the blanks and line ends that spreadsheet programs rewrite."""
    return text.str.replace_all(r"_x000D_|\s+", " ").str.replace_all(r" +", " ").str.strip_chars()
