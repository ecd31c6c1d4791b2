"""Which authority is meant by a name or a code as somebody wrote it?"""

from __future__ import annotations

import polars as pl

from leadscape.core.identifiers import normalise_name


def authority_lookup(schools: pl.DataFrame) -> pl.DataFrame:
    """``written`` (folded code or name) to ``authority_code``, for every authority that the register names."""
    known = schools.select("authority_code", "authority_name").drop_nulls("authority_code").unique()
    return (
        pl.concat(
            [
                known.select(written=pl.col("authority_code"), authority_code="authority_code"),
                known.drop_nulls().select(
                    written=normalise_name(pl.col("authority_name")), authority_code="authority_code"
                ),
            ]
        )
        .unique("written", keep="none")
        .sort("written")
    )
