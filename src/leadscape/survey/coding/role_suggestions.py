"""How probable is each role for words that are no label or alias of the codebook?

Tables in: wordings, a codebook, what is coded already. Table out: ``RoleSuggestions``. The probabilities are for
carrying doubt into an estimate and for putting candidates in order. They code nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.survey.coding.config import RoleShareSettings
from leadscape.survey.coding.nearness import piece_weights
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.tables import RoleSuggestions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.codebooks import Codebook

_CODED: Final = ("role_text", "role", "route")


def suggest_role_shares(
    wordings: pl.DataFrame,
    codebook: Codebook,
    coded: pl.DataFrame | None = None,
    settings: RoleShareSettings | None = None,
) -> pl.DataFrame:
    r"""The probability of every role, and of none, for each distinct text.

    Parameters
    ----------
    wordings
        ``role_text`` as written and, where known, ``route``. A text may have several rows, as when it stands in several
        returns; rows without text are left out. Without a route the shares of all routes together are used.
    coded
        Nominations of this study that are coded already, one row each: ``role_text``, ``role`` (``none`` where a
        person decided that the words name no role), ``route``.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.RoleSuggestions`.

    Notes
    -----
    For text *t* and role *r*

    .. math::

        p_{tr} \propto (1 - \pi_0)\, q_{tr}\, e^{a c_{tr} + b d_{tr}}, \qquad p_{t0} \propto \pi_0\, e^{s_0 + a c_{t0}}

    *c* is the largest cosine of *t* with a wording of the role (label, alias, or coded before), for 0 with words that
    name none; *d* the cosine with label, definition and aliases together; both over pieces of three characters
    (:func:`~leadscape.survey.coding.nearness.piece_weights`); *a*, *b*, *s0* are settings. *q* are shares of roles
    among coded nominations, raised to ``prior_weight`` and made to add up to 1: those of the text's routes,
    :math:`(n_{rk} + \kappa\, n_r / n) / (n_k + \kappa)`, averaged over its lines. :math:`\pi_0` is
    :math:`(n_0 + \lambda\pi) / (m + \lambda)` with :math:`n_0` decided to be none of the *m* coded nominations whose
    words are no label or alias. A text that is a label or alias has probability 1; one that is coded already in the
    same words has the shares of those codings.

    It assumes that the roles in doubt are made up somewhat as the roles that are not. Words that describe a role
    without naming it share few words with the codebook, and their probabilities are spread accordingly.
    """
    settings = settings or RoleShareSettings()
    before = _coded(coded, codebook)
    asked = wordings["role_text"].drop_nulls().unique().sort()
    folded = _folded(asked)
    roles = [role.id for role in codebook.roles]
    meant = _wordings(codebook, before)
    near = _compare(folded, meant, codebook)
    prior = _prior(asked, roles, before, wordings, settings)
    none = _none_share(before, settings)
    score = np.column_stack(
        [
            np.log1p(-none)
            + np.log(prior)
            + settings.wording_weight * near.wording
            + settings.definition_weight * near.definition,
            np.log(none)
            + settings.none_score
            + settings.wording_weight * _nearest_none(folded, before, settings),
        ]
    )
    share = np.exp(score - score.max(axis=1, keepdims=True)) if len(asked) else score
    share /= share.sum(axis=1, keepdims=True)
    reasons = np.column_stack([near.reasons, np.full(len(asked), _none_reason(before, none), dtype=object)])
    known = _known(folded, meant, before, [*roles, NO_CODE])
    share = np.where(np.isnan(known.share), share, known.share)
    reasons = np.where(np.isnan(known.share), reasons, known.reasons[:, None])
    return _as_table(asked, [*roles, NO_CODE], share, reasons)


@dataclass(frozen=True)
class _Near:
    """How near each text is to each role; all of shape (texts, roles)."""

    wording: NDArray[np.float64]
    definition: NDArray[np.float64]
    reasons: NDArray[np.object_]


@dataclass(frozen=True)
class _Known:
    """Shares of texts whose words are known, of shape (texts, roles and none); NaN in the row of any other."""

    share: NDArray[np.float64]
    reasons: NDArray[np.object_]


def _coded(coded: pl.DataFrame | None, codebook: Codebook) -> pl.DataFrame:
    """``folded``, ``role``, ``route``, ``by_person``: by a person is what the codebook's wordings do not say."""
    given = (
        pl.DataFrame(schema=dict.fromkeys(_CODED, pl.String))
        if coded is None
        else coded.select(*_CODED).cast(pl.String)
    )
    given = given.filter(pl.col("role").is_in([*codebook.role_by_id, NO_CODE]))
    plain = _folded(codebook.role_alias_frame()["wording"])
    return given.with_columns(folded=_fold(pl.col("role_text"))).with_columns(
        by_person=pl.col("folded").is_not_null() & ~pl.col("folded").is_in(plain.implode())
    )


def _wordings(codebook: Codebook, before: pl.DataFrame) -> pl.DataFrame:
    """``folded``, ``role``, ``wording``, ``method``: everything that is known to mean a role."""
    own = codebook.role_alias_frame().with_columns(folded=_fold(pl.col("wording")))
    read = before.filter(pl.col("by_person"), pl.col("role") != NO_CODE).select(
        "folded", "role", wording="role_text", method=pl.lit("coded before")
    )
    return pl.concat([own.select("folded", "role", "wording", "method"), read]).unique(
        ["folded", "role"], keep="first", maintain_order=True
    )


def _compare(folded: pl.Series, wordings: pl.DataFrame, codebook: Codebook) -> _Near:
    asked, known = piece_weights(folded, wordings["folded"])
    cosine = (asked @ known.T).toarray()
    of_role = wordings["role"].to_numpy()
    words = wordings.select(
        pl.when(pl.col("method") == "coded before")
        .then(pl.format("nearest wording coded before: {}", "wording"))
        .otherwise(pl.format("nearest wording: {}", "wording"))
    ).to_series().to_numpy()  # fmt: skip
    best, reasons = [], []
    for role in codebook.roles:
        here = np.flatnonzero(of_role == role.id)
        nearest = here[cosine[:, here].argmax(axis=1)] if len(folded) else np.zeros(0, np.int64)
        best.append(cosine[np.arange(len(folded)), nearest])
        reasons.append(
            np.array(
                [f"{word}, nearness {100 * near:.0f}" for word, near in zip(words[nearest], best[-1], strict=True)],
                dtype=object,
            )
        )  # fmt: skip
    whole = pl.Series(
        [" ".join([role.label, role.definition, *role.aliases]) for role in codebook.roles], dtype=pl.String
    )
    told, documents = piece_weights(folded, _folded(whole))
    return _Near(np.column_stack(best), (told @ documents.T).toarray(), np.column_stack(reasons))


def _nearest_none(
    folded: pl.Series, before: pl.DataFrame, settings: RoleShareSettings
) -> NDArray[np.float64]:
    """The largest cosine of each text with words that name no role."""
    decided = before.filter(pl.col("by_person"), pl.col("role") == NO_CODE)["folded"].unique().sort()
    words = pl.concat([_folded(pl.Series(settings.none_wordings, dtype=pl.String)), decided])
    asked, known = piece_weights(folded, words)
    return (asked @ known.T).toarray().max(axis=1, initial=0.0)


def _prior(
    asked: pl.Series,
    roles: list[str],
    before: pl.DataFrame,
    lines: pl.DataFrame,
    settings: RoleShareSettings,
) -> NDArray[np.float64]:
    """Shares of roles for each text before its words are looked at; shape (texts, roles)."""
    counted = before.filter(pl.col("role") != NO_CODE)
    position = {role: number for number, role in enumerate(roles)}
    at = counted["role"].replace_strict(position, return_dtype=pl.Int64).to_numpy()
    every = np.bincount(at, minlength=len(roles)) + 1.0 / len(roles)
    every /= every.sum()
    routes = counted["route"].drop_nulls().unique().sort().to_list()
    by_route = {None: every}
    for route in routes:
        n = np.bincount(
            at[(counted["route"] == route).fill_null(value=False).to_numpy()], minlength=len(roles)
        )
        by_route[route] = (n + settings.prior_lines * every) / (n.sum() + settings.prior_lines)
    table = np.vstack([by_route[route] for route in (None, *routes)]) ** settings.prior_weight
    table /= table.sum(axis=1, keepdims=True)
    mixing = np.zeros((len(asked), len(table)))
    mixing[:, 0] = 1.0
    if "route" in lines.columns and len(asked):
        rows = pl.DataFrame({"role_text": asked}).with_row_index("at")
        met = lines.select(
            "role_text",
            route_at=pl.col("route").replace_strict({r: n for n, r in enumerate(routes, 1)}, default=0,
                                                    return_dtype=pl.Int64),
        ).join(rows, on="role_text")  # fmt: skip
        seen = np.zeros_like(mixing)
        np.add.at(seen, (met["at"].to_numpy(), met["route_at"].to_numpy()), 1.0)
        told = seen.sum(axis=1) > 0
        mixing[told] = seen[told] / seen[told].sum(axis=1, keepdims=True)
    return mixing @ table


def _none_share(before: pl.DataFrame, settings: RoleShareSettings) -> float:
    read = _read_wordings(before)
    none = read.filter(pl.col("role") == NO_CODE).height
    return (none + settings.none_lines * settings.none_share) / (read.height + settings.none_lines)


def _read_wordings(before: pl.DataFrame) -> pl.DataFrame:
    """Wordings that a person decided on, each once: a decision on words is one, however many lines use them."""
    return before.filter("by_person").unique(["folded", "role"], maintain_order=True)


def _none_reason(before: pl.DataFrame, share: float) -> str:
    read = _read_wordings(before)
    none = read.filter(pl.col("role") == NO_CODE).height
    told = f"{none} of {read.height} wordings read by a person" if read.height else "nobody has read any yet"
    return f"names no role; taken for {100 * share:.0f} % before the words are looked at ({told})"


def _known(folded: pl.Series, wordings: pl.DataFrame, before: pl.DataFrame, roles: list[str]) -> _Known:
    """Texts whose words are a label or alias, or were coded before in the same words."""
    own = wordings.filter(pl.col("method") != "coded before").unique("folded", keep="first")
    read = before.filter("by_person")
    told = pl.concat(
        [
            own.select("folded", "role", reason=pl.format("the {} of the codebook", "method")),
            read.select("folded", "role", reason=pl.lit("same words as lines coded before")),
        ]
    ).with_columns(
        role_at=pl.col("role").replace_strict({r: n for n, r in enumerate(roles)}, return_dtype=pl.Int64)
    )
    found = pl.DataFrame({"folded": folded}).with_row_index("at").join(told, on="folded")
    counts = np.zeros((len(folded), len(roles)))
    np.add.at(counts, (found["at"].to_numpy(), found["role_at"].to_numpy()), 1.0)
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    reasons = np.full(len(folded), None, dtype=object)
    reasons[found["at"].to_numpy()] = found["reason"].to_numpy()
    return _Known(share, reasons)


def _as_table(
    asked: pl.Series, roles: list[str], share: NDArray[np.float64], reasons: NDArray[np.object_]
) -> pl.DataFrame:
    return RoleSuggestions.validate(
        pl.DataFrame(
            {
                "role_text": np.repeat(asked.to_numpy(), len(roles)),
                "role": roles * len(asked),
                "probability": share.ravel(),
                "reason": reasons.ravel(),
            },
            schema={
                "role_text": pl.String,
                "role": pl.String,
                "probability": pl.Float64,
                "reason": pl.String,
            },
        )
        .sort("role_text", "probability", "role", descending=[False, True, False])
        .with_columns(rank=(pl.int_range(pl.len()).over("role_text") + 1).cast(pl.Int64))
        .select(RoleSuggestions.column_names())
    )


def _fold(text: pl.Expr) -> pl.Expr:
    return normalise_name(text).str.replace(r"s$", "")


def _folded(texts: pl.Series) -> pl.Series:
    return texts.to_frame("text").select(_fold(pl.col("text"))).to_series()
