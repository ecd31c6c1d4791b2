"""An invented landscape of any size, drawn through the declared tables: what the report is tested with.

Every name is invented. The outline is a coarse polygon in kilometres of the British National Grid.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
import shapely

from leadscape.codebooks import Codebook, load_codebook
from leadscape.core.provenance import InputFile, Provenance
from leadscape.core.randomness import random_stream
from leadscape.core.tables import frame_of, polars_schema
from leadscape.landscape import tables as declared
from leadscape.landscape.concentration import measure_concentration
from leadscape.landscape.distribution import count_authorities, count_phases, count_regions
from leadscape.landscape.extent import count_extent, count_kinds, count_totals
from leadscape.landscape.network import summarise_network
from leadscape.landscape.results import Landscape
from leadscape.register.areas import Areas
from leadscape.register.tables import Schools
from leadscape.report.contents import ReportContents
from leadscape.report.points import draw_home_points
from leadscape.report.tables import OpenQuestions, ReadingCounts, ResponseCounts
from leadscape.survey.tables import Responses, RoleHoldings, Supports

REGIONS = ("North East", "North West", "Yorkshire", "East Midlands", "West Midlands", "East", "Capital",
           "South East", "South West")  # fmt: skip
CENTRES_KM = (
    (420, 570),
    (365, 420),
    (440, 440),
    (470, 340),
    (400, 290),
    (590, 290),
    (530, 180),
    (490, 140),
    (310, 110),
)
OUTLINE_KM = (
    (395, 652), (428, 590), (445, 535), (512, 480), (545, 415), (520, 365), (560, 345), (625, 335),
    (655, 290), (625, 215), (600, 190), (640, 150), (600, 115), (540, 100), (470, 90), (415, 75),
    (370, 65), (290, 45), (245, 55), (150, 25), (175, 65), (235, 130), (300, 150), (340, 185),
    (355, 205), (345, 260), (330, 300), (340, 345), (335, 390), (320, 420), (340, 470), (300, 500),
    (315, 560), (345, 590),
)  # fmt: skip
TABLE_1 = {"executive_headship": 101, "support_for_school_in_difficulty": 81, "community_partnerships": 78,
           "sustaining_improvement": 83, "consultant_leader": 2292, "mentor_head": 139,
           "school_improvement_partner": 255, "other": 49}  # fmt: skip
FIRST = (
    "Ash",
    "Brook",
    "Cald",
    "Dun",
    "Elm",
    "Fern",
    "Gold",
    "Hazel",
    "Ivy",
    "Kings",
    "Lang",
    "Mill",
    "North",
    "Oak",
    "Pen",
)
LAST = ("bury", "cester", "dale", "field", "ham", "ley", "mere", "port", "stead", "wick")


@lru_cache(maxsize=4)
def draw_contents(
    authorities: int = 12, schools: int = 600, share: float = 0.04, seed: int = 2006
) -> ReportContents:
    """A whole report's contents. ``share`` scales the counts of Table 1; 1.0 gives the table itself."""
    codebook = load_codebook("england-2006")
    areas, register = _draw_country(authorities, schools, seed)
    responses = _draw_responses(register, seed)
    holdings = _draw_holdings(register, responses, codebook, share, seed)
    landscape = _count(holdings, responses, register, codebook, seed)
    return ReportContents(
        title="System leaders in an invented country",
        system="england",
        as_of=date(2006, 6, 30),
        codebook=codebook,
        landscape=landscape,
        provenance=_provenance(codebook, seed),
        reading=frame_of(
            ReadingCounts,
            [
                {"file": "register.csv.gz", "outcome": "used", "reason": None, "rows": schools},
                {
                    "file": "register.csv.gz",
                    "outcome": "out_of_scope",
                    "reason": "Children's centre",
                    "rows": 31,
                },
                {"file": "register.csv.gz", "outcome": "problem", "reason": "Must not be blank.", "rows": 2},
                {"file": "returns/383.xlsx", "outcome": "used", "reason": None, "rows": holdings.height},
            ],
        ),
        responses=responses.group_by("kind", "response")
        .agg(respondents=pl.len().cast(pl.Int64), nominations=pl.col("nominations").sum())
        .sort("kind", "response")
        .select(polars_schema(ResponseCounts).names()),
        open_questions=frame_of(
            OpenQuestions,
            [
                {"question": "Which school is meant?", "open": 14},
                {"question": "Are these two the same person?", "open": 9},
            ],
        ),
        decisions=412,
        areas=areas,
        home_points=draw_home_points(holdings, areas.points, landscape.authorities),
        notes=("Everything in this study is invented.",),
    )


def draw_national() -> ReportContents:
    """150 authorities, 20,000 schools and the margins of Table 1."""
    return draw_contents(150, 20_000, 1.0)


def _draw_country(authorities: int, schools: int, seed: int) -> tuple[Areas, pl.DataFrame]:
    random = random_stream(seed, "tests", "country")
    outline = shapely.Polygon(np.array(OUTLINE_KM) * 1000.0)
    region = np.arange(authorities) % len(REGIONS)
    spread = np.where(region == REGIONS.index("Capital"), 14_000.0, 60_000.0)[:, None]
    centres = np.array(CENTRES_KM)[region] * 1000.0 + random.normal(size=(authorities, 2)) * spread
    centres = np.array(
        [xy if outline.contains(shapely.Point(xy)) else _inside(outline, random) for xy in centres]
    )
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=outline, ordered=True).geoms)
    shapes = [shapely.intersection(cell, outline) for cell in cells]
    of = np.sort(random.integers(authorities, size=schools))
    xy = (
        centres[of]
        + random.normal(size=(schools, 2)) * np.sqrt(np.array([s.area for s in shapes]))[of, None] / 4
    )
    codes = np.array([f"{201 + place}" for place in range(authorities)])
    names = [f"{FIRST[p % 15]}{LAST[p // 15 % 10]}" for p in range(authorities)]
    phases = random.choice(
        ["nursery", "primary", "secondary", "not_applicable"], size=schools, p=[0.03, 0.77, 0.15, 0.05]
    )
    urns = pl.Series([f"{100000 + row}" for row in range(schools)])
    columns = polars_schema(Schools)
    register = pl.DataFrame(
        {
            "urn": urns,
            "name": [f"{FIRST[row % 15]}{LAST[row % 10]} School {row}" for row in range(schools)],
            "authority_code": codes[of],
            "authority_name": np.array(names)[of],
            "region": np.array(REGIONS)[region[of]],
            "phase": phases,
            "easting": xy[:, 0],
            "northing": xy[:, 1],
        }
    ).with_columns(
        status=pl.lit("open"), **{name: pl.lit("unknown") for name in columns if name.endswith("_status")}
    )
    register = register.with_columns(
        pl.lit(None).alias(name) for name in columns if name not in register.columns
    )
    areas = Areas(
        shapes=pl.DataFrame({"authority_code": codes, "wkb": [shapely.to_wkb(shape) for shape in shapes]}),
        outline=shapely.to_wkb(outline),
        points=pl.DataFrame({"urn": urns, "x": xy[:, 0], "y": xy[:, 1]}),
        crs="EPSG:27700",
        source="Shapes invented for a test.",
        bounds=tuple(shapely.total_bounds(shapes).tolist()),
        unmatched=pl.DataFrame(),
        notes=(),
    )
    return areas, register.select(pl.col(name).cast(dtype) for name, dtype in columns.items())


def _inside(outline: shapely.Geometry, random: np.random.Generator) -> np.ndarray:
    west, south, east, north = outline.bounds
    while True:
        xy = np.array([random.uniform(west, east), random.uniform(south, north)])
        if outline.contains(shapely.Point(xy)):
            return xy


def _draw_responses(register: pl.DataFrame, seed: int) -> pl.DataFrame:
    asked = (
        register.group_by("authority_code")
        .agg(pl.col("authority_name", "region").first())
        .sort("authority_code")
    )
    order = random_stream(seed, "tests", "responses").permutation(asked.height)
    answer = np.where(order < asked.height * 76 // 150, "answered", "silent")
    answer[np.flatnonzero(order == 0)] = "answered_none"
    authorities = asked.select(
        respondent_id="authority_code",
        respondent_name="authority_name",
        kind=pl.lit("authority"),
        authority_code="authority_code",
        region="region",
        response=pl.Series(answer),
        nominations=pl.Series(np.where(answer == "answered", 9, 0)),
    )
    agencies = pl.DataFrame(
        {
            "respondent_id": ["college", "programme"],
            "respondent_name": ["College of Heads", "Primary Programme"],
            "kind": ["agency", "agency"],
            "response": ["answered", "answered"],
            "nominations": [1900, 1400],
        }
    )
    schema = polars_schema(Responses)
    return pl.concat([authorities, agencies], how="diagonal_relaxed").select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )


def _draw_holdings(
    register: pl.DataFrame, responses: pl.DataFrame, codebook: Codebook, share: float, seed: int
) -> pl.DataFrame:
    random = random_stream(seed, "tests", "holdings")
    counts = {role: max(1, round(n * share)) for role, n in TABLE_1.items()}
    roles = np.repeat(list(counts), list(counts.values()))
    origins = np.array([codebook.role(role).origin for role in roles])
    answered = responses.filter(pl.col("response") == "answered", pl.col("kind") == "authority")[
        "authority_code"
    ]
    weight = random.lognormal(0, 0.7, register["authority_code"].n_unique())
    codes = register["authority_code"].unique(maintain_order=True).to_list()
    weights = (
        register["authority_code"].replace_strict(codes, weight.tolist(), return_dtype=pl.Float64).to_numpy()
    )
    local = weights * register["authority_code"].is_in(answered.implode()).to_numpy()
    rows = np.where(
        origins == "national",
        random.choice(register.height, size=len(roles), p=weights / weights.sum()),
        random.choice(register.height, size=len(roles), p=local / local.sum()),
    )
    homes = register[rows]
    people = np.arange(len(roles)) - (np.arange(len(roles)) % 25 == 24)
    schema = polars_schema(RoleHoldings)
    drawn = homes.select(
        holding_id=pl.Series([f"h{row}" for row in range(len(roles))]),
        leader_id=pl.Series([f"l{row}" for row in people]),
        role=pl.Series(roles),
        origin=pl.Series(origins),
        home_urn=pl.when(pl.int_range(pl.len()) % 97 != 96).then("urn"),
        authority_code="authority_code",
        region="region",
        phase="phase",
        started_on=pl.lit(None),
        ended_on=pl.lit(None),
        respondents=pl.lit(["college"]),
        routes=pl.lit(["agency"]),
    )
    return drawn.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _count(
    holdings: pl.DataFrame, responses: pl.DataFrame, register: pl.DataFrame, codebook: Codebook, seed: int
) -> Landscape:
    authorities = count_authorities(holdings, responses, register, codebook)
    random = random_stream(seed, "tests", "supports")
    supports = (
        holdings.filter(pl.col("origin") == "local")
        .with_columns(
            partner_urn=pl.Series(
                random.choice(register["urn"].to_numpy(), size=(holdings["origin"] == "local").sum())
            )
        )
        .select(polars_schema(Supports).names())
        .filter(pl.col("home_urn") != pl.col("partner_urn"))
    )
    total = holdings.height
    local = holdings.filter(pl.col("origin") == "local").height
    scaled = total + local
    cold = frame_of(
        declared.ColdSpots,
        [
            {
                "authority_code": row["authority_code"],
                "authority_name": row["authority_name"],
                "region": row["region"],
                "schools": row["schools"],
                "holdings": row["holdings"],
                "expected": row["schools"] * 0.15,
                "holdings_status": "reported",
                "ratio": 0.3,
                "p_value": 0.0004,
                "q_value": 0.02,
                "tested": 75,
            }
            for row in authorities.filter(pl.col("holdings_status") == "reported")
            .sort("per_100_schools")
            .head(2)
            .to_dicts()
        ],
    )
    factors = [place / 4 for place in range(9)]
    return Landscape(
        extent=count_extent(holdings, codebook),
        totals=count_totals(holdings, codebook),
        kinds=count_kinds(holdings, codebook),
        authorities=authorities,
        regions=count_regions(authorities, holdings, responses, codebook),
        phases=count_phases(holdings, register, codebook),
        estimates=frame_of(
            declared.Estimates,
            [
                _estimate(
                    "local_reported",
                    "Local role-holdings, as reported",
                    local,
                    local,
                    local,
                    "holdings",
                    "local",
                ),
                _estimate(
                    "local_scaled",
                    "Local role-holdings, scaled for authorities that did not answer",
                    2 * local,
                    1.7 * local,
                    2.4 * local,
                    "holdings",
                    "local",
                ),
                _estimate(
                    "total_scaled",
                    "All role-holdings, local ones scaled",
                    scaled,
                    scaled * 0.96,
                    scaled * 1.07,
                    "holdings",
                    "all",
                ),
                _estimate(
                    "prevalence",
                    "Leaders as a share of headteachers in post",
                    12.9,
                    12.4,
                    13.4,
                    "%",
                    "all",
                    total * 0.97,
                    22400.0,
                ),
                _estimate(
                    "prevalence_posts",
                    "Leaders as a share of leadership posts",
                    8.6,
                    8.2,
                    9.0,
                    "%",
                    "all",
                    total * 0.97,
                    34000.0,
                ),
            ],
        ),
        models=frame_of(
            declared.CaptureModels,
            [
                {
                    "population": "consultant_leader",
                    "model": name,
                    "terms": terms,
                    "df": df,
                    "deviance": dev,
                    "aic": aic,
                    "estimate": n,
                    "se": se,
                    "low": n - 2 * se,
                    "high": n + 2 * se,
                    "in_range": True,
                    "note": "",
                }
                for name, terms, df, dev, aic, n, se in (
                    ("independence", "no list depends on another", 3, 68.5, 102.1, 2710.0, 41.0),
                    (
                        "college × programme",
                        "the two national lists depend on each other",
                        2,
                        12.4,
                        48.0,
                        3240.0,
                        92.0,
                    ),
                    ("all pairs", "every pair of lists depends on each other", 0, 0.0, 39.6, 4105.0, 310.0),
                )
            ],
        ),
        sensitivity=frame_of(
            declared.Sensitivity,
            [
                {
                    "factor": k,
                    "local_total": local * (1 + k),
                    "local_low": local * (1 + k * 0.8),
                    "local_high": local * (1 + k * 1.2),
                    "total": total + k * local,
                    "local_share_pct": 100 * local * (1 + k) / (total + k * local),
                }
                for k in factors
            ],
        ),
        consistency=frame_of(
            declared.Consistency,
            [
                {
                    "check": "phase_role",
                    "severity": "flag",
                    "subject": "consultant_leader",
                    "finding": "Consultant leader is a role of the primary phase and is 74.5 % of role-holdings "
                    "(2,292 of 3,078); only 70 % have a home school of that phase.",
                    "source": "this study",
                },
                {
                    "check": "unit",
                    "severity": "note",
                    "subject": None,
                    "finding": "Role-holdings and people are counted apart.",
                    "source": "this study",
                },
            ],
        ),
        concentration=measure_concentration(authorities, cold, seed=seed, replications=200),
        network=summarise_network(supports, register),
    )


def _estimate(
    name: str, label: str, value: float, low: float, high: float, unit: str, origin: str,
    numerator: float | None = None, denominator: float | None = None,
) -> dict[str, object]:  # fmt: skip
    return {
        "estimate_id": name,
        "label": label,
        "origin": origin,
        "method": "as reported" if "reported" in name else "ratio to schools, by region",
        "value": float(value),
        "low": float(low),
        "high": float(high),
        "interval": "exact count" if low == high else "95 % confidence",
        "unit": unit,
        "numerator": numerator,
        "numerator_source": "returns" if numerator else None,
        "denominator": denominator,
        "denominator_source": "register" if denominator else None,
        "assumptions": "Authorities that did not answer resemble those of their region that did.",
    }


def _provenance(codebook: Codebook, seed: int) -> Provenance:
    return Provenance(
        title="System leaders in an invented country",
        as_of="2006-06-30",
        codebook=codebook.id,
        codebook_sha256=codebook.sha256,
        seed=seed,
        inputs=(
            InputFile("register.csv.gz", "register", "3f" * 32, 1_482_113, 22_033, 20_000),
            InputFile("returns/383.xlsx", "returns", "a7" * 32, 18_220, 3_078, 3_078),
            InputFile("review.csv", "decisions", "0c" * 32, 90_117, 412, 412),
        ),
        parameters={"suppress_below": None, "confidence": 0.95},
    )
