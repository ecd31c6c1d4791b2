"""Messy names of schools with a known truth, from any register, fixed by a seed.

What is done to a name follows how names in real lists differ from the register (endings left off, *St* and *Saint*,
*CofE* and *Church of England*, *(Aided)* put in, a nursery or a specialism added, the town added, a school that became
an academy or was enlarged, apostrophes, capitals) and how people shorten and mistype. The words below are this file's
own: nothing is taken from the grammar that the linkage reads, so it meets forms that it does not know.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from leadscape.core.randomness import random_stream
from linkage_peers import fold

KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SPECIALISMS = (
    "a Specialist Science College",
    "and Sixth Form Centre",
    "Technology College",
    "Sports College",
    "Academy Trust",
    "and Children's Centre",
    "Language College",
    "and Arts College",
    "Business and Enterprise College",
    "Teaching School",
    "- A Leading Edge School",
    "and Community College",
)
GROUPS = (
    "Two Rivers",
    "Aspire",
    "North Star",
    "Bridge",
    "Inspire",
    "Three Spires",
    "Horizon",
    "Pathfinder",
    "Unity",
    "Castle",
    "Beacon",
    "Forest",
    "Compass",
    "Keystone",
)
GROUPINGS = (
    "Alliance",
    "Teaching School Alliance",
    "Partnership",
    "Learning Trust",
    "Federation",
    "SCITT",
    "Consortium",
    "Teaching School Hub",
    "Schools Partnership",
    "Multi Academy Trust",
    "Collaborative",
    "Network",
    "Teacher Training Partnership",
    "School Direct",
    "Teaching Partnership",
    "Training School Hub",
)
LONGER = {"School": ("Community School", "Foundation School", "Academy"), "Primary": ("Community Primary",)}
# Pattern, what is written instead. Tried in an order drawn for each name.
REWORDINGS = (
    (r"\bSt\.? (?=[A-Z])", ("Saint ", "St. ", "St", "S. ", "Sts ")),
    (
        r"\b(?:CofE|CE|C\.?E\.?|Church of England)(?![\w.])",
        (
            "C of E",
            "Church of England",
            "CE",
            "C.E.",
            "CofE",
            "C/E",
            "C. of E.",
            "Church of Eng",
            "COE",
            "Ch of E",
        ),
    ),
    (
        r"\b(?:Catholic|RC|Roman Catholic)\b",
        ("RC", "R.C.", "Roman Catholic", "Catholic", "Cath.", "R C", "Cath"),
    ),
    (
        r"\bPrimary School\b",
        (
            "Primary",
            "Prim Sch",
            "Pri. School",
            "P.S.",
            "Primary Sch.",
            "JMI",
            "J.M.I. School",
            "Prim.",
            "PS",
            "J M & I School",
            "",
        ),
    ),
    (
        r"\bJunior and Infant School\b",
        ("J & I School", "JI School", "Primary School", "J and I", "JMI", "Jnr & Inf Sch"),
    ),
    (r"\bJunior School\b", ("Junior", "Jnr School", "Jun. Sch.", "Juniors", "JS", "Jnr")),
    (r"\bInfants?'? School\b", ("Infants", "Inf School", "Infants' School", "Infant Sch.", "Inf.", "IS")),
    (r"\band Nursery\b", ("& Nursery", "& N", "", "with Nursery", "/Nursery")),
    (r"\bHigh School\b", ("High", "HS", "H.S.", "High Sch", "School", "Hgh School")),
    (r"\bCommunity College\b", ("Comm Coll", "College", "C.C.", "Com. College")),
    (r"\bCollege\b", ("Coll", "Coll.", "Clge")),
    (r"\bAcademy\b", ("Acad", "School", "Acad.", "Academy Trust", "")),
    (r"\bCommunity\b", ("Comm", "Com.", "", "Commun.")),
    (r"\bSpecial\b", ("Spec.", "Spcl", "")),
    (r"\bSchool\b", ("Sch", "Sch.", "", "Schl", "School,")),
    (r"\bVoluntary Aided\b", ("VA", "V.A.", "Aided", "(VA)", "")),
    (r"\bVoluntary Controlled\b", ("VC", "V.C.", "Controlled", "(C)", "")),
    (r"\band\b", ("&", "+", "and")),
    (r"&", ("and", "n")),
    (r"'", ("", "’", "`", " ")),
    (r"-", (" ", "", " - ")),
    (r"^The ", ("",)),
    *(
        (rf"\b{word}\b", written)
        for word, written in (
            ("Road", ("Rd",)),
            ("Street", ("St",)),
            ("Avenue", ("Ave",)),
            ("Lane", ("Ln",)),
            ("North", ("N", "Nth")),
            ("South", ("S", "Sth")),
            ("East", ("E",)),
            ("West", ("W",)),
            ("Mount", ("Mt",)),
            ("Great", ("Gt", "Grt")),
            ("Little", ("Lt",)),
            ("Upper", ("Upr",)),
            ("Lower", ("Lwr",)),
            ("Edward", ("Edw",)),
            ("William", ("Wm",)),
            ("Thomas", ("Thos",)),
            ("Joseph", ("Jos",)),
            ("Augustine", ("Aug",)),
            ("Park", ("Pk",)),
            ("Hill", ("Hl",)),
            ("Green", ("Grn",)),
            ("Grove", ("Gr",)),
            ("House", ("Hse",)),
        )
    ),
)


@dataclass(frozen=True)
class Mix:
    """How a list is messy: chances (0-1) that each thing is done to a name, in the order in which they are done.

    Attributes
    ----------
    rewordings
        Chances of 0, 1, 2, 3 rewordings.
    slips
        Chances of 0, 1, 2 slips of the finger.
    authority
        Chances that the authority is right, blank, wrong, or another way of saying it (district, county, diocese).
    details
        Chance that each further column is filled.
    grouping
        Chance that a partnership at the school's address is written instead of it; it is no school then.
    """

    name: str = "survey"
    rewordings: tuple[float, ...] = (0.36, 0.40, 0.18, 0.06)
    dropped_ending: float = 0.08
    dropped_faith: float = 0.04
    added_faith: float = 0.03
    added_words: float = 0.06
    became: float = 0.05
    town: float = 0.06
    town_first: float = 0.015
    lost_word: float = 0.02
    cut: float = 0.01
    case: float = 0.10
    slips: tuple[float, ...] = (0.76, 0.19, 0.05)
    authority: tuple[float, ...] = (0.88, 0.06, 0.06, 0.0)
    details: dict[str, float] = field(default_factory=dict)
    grouping: float = 0.0


@dataclass(frozen=True)
class Corpus:
    """A list and the register it is to be linked to.

    Attributes
    ----------
    mentions
        ``mention_id``, ``name``, ``authority_code`` and, where the mix says so, further columns.
    truth
        ``mention_id``, ``urn`` (null where the school was taken out of the register), ``drawn`` (the school that the
        name was drawn from).
    register
        The schools that are left, those that are open first.
    """

    mentions: pl.DataFrame
    truth: pl.DataFrame
    register: pl.DataFrame


def draw_corpus(
    schools: pl.DataFrame,
    seed: int,
    mentions: int = 3_500,
    absent: float = 0.06,
    mix: Mix | None = None,
    *,
    namesakes_too: bool = True,
) -> Corpus:
    """A list of ``mentions`` names, ``absent`` of them of schools that the register then lacks.

    A school is taken out with all others of its name and with what it came from or became (the same name in other
    words, or an open and a closed school at one postcode), so that no answer could be right; without ``namesakes_too``
    its namesakes elsewhere stay and lie in wait. Where an open and a closed school of one authority bear the name that
    was drawn, the open one is meant: a survey asks about schools in being. Two names are one when they differ only in
    capitals, punctuation and the commonest short forms (:func:`linkage_peers.fold`).
    """
    mix = mix or Mix()
    rng = random_stream(seed, "linkage corpus", mix.name)
    named = schools.drop_nulls("name").sort(pl.col("status") == "closed", "urn")
    named = named.with_columns(
        key=pl.Series(fold(named["name"]), dtype=pl.String),
        closed=pl.col("status") == "closed",
        # Where a register has no authorities, a name is told from its namesakes by its town.
        place=pl.coalesce("authority_code", "town", "urn"),
    )
    order = rng.permutation(named.height)[:mentions]
    drawn = named[order]
    gone = drawn.head(round(absent * mentions))
    elsewhen = gone.select("postcode", closed=~pl.col("closed")).drop_nulls()
    gone = pl.concat(
        [gone, named.join(elsewhen, on=["postcode", "closed"], how="semi", maintain_order="left")]
    )
    by = ["key"] if namesakes_too else ["key", "place"]
    register = named.join(gone, on=by, how="anti", maintain_order="left")
    grouped = pl.Series(rng.random(drawn.height) < mix.grouping)
    rows = drawn.with_columns(grouped=grouped).to_dicts()
    writer = _Writer(mix, rng, schools)
    written = [writer.write(row) for row in rows]
    ids = [f"m{number:05}" for number in range(len(rows))]
    meant = (
        drawn.with_columns(mention_id=pl.Series(ids))
        .join(
            register.group_by("place", "key", maintain_order=True).agg(open_urn=pl.col("urn").first()),
            on=["place", "key"],
            how="left",
            maintain_order="left",
        )
        .join(register.select("urn", own_status="status"), on="urn", how="left", maintain_order="left")
    )
    truth = meant.select(
        "mention_id",
        urn=pl.when(pl.col("own_status").is_null() | grouped)
        .then(None)
        .when(pl.col("own_status") == "closed")
        .then("open_urn")
        .otherwise("urn"),
        drawn="urn",
    )
    frame = (
        pl.DataFrame(written, infer_schema_length=None)
        .cast(pl.String)
        .with_columns(mention_id=pl.Series(ids))
    )
    shuffled = rng.permutation(len(ids))
    return Corpus(frame[shuffled], truth[shuffled], register.drop("key", "closed", "place"))


class _Writer:
    """Writes one school as somebody might."""

    def __init__(self, mix: Mix, rng: np.random.Generator, schools: pl.DataFrame) -> None:
        self.mix, self.rng = mix, rng
        self.codes = schools["authority_code"].drop_nulls().unique().sort().to_list()
        self.names = dict(
            schools.select("authority_code", "authority_name").drop_nulls().unique().iter_rows()
        )
        by_area = schools.with_columns(area=pl.col("postcode").str.extract(r"^([A-Z]+)"))
        near = (
            by_area.drop_nulls(["area", "authority_code"])
            .group_by("area")
            .agg(pl.col("authority_code").unique().sort())
        )
        self.near = dict(near.iter_rows())

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def write(self, row: dict) -> dict[str, str | None]:
        return {"name": self.name(row), **self.authority(row), **self.details(row)}

    def name(self, row: dict) -> str:
        mix, text = self.mix, row["name"]
        if row["grouped"]:
            first = self.pick(
                (*GROUPS, row.get("town") or "County", text.split()[0] if self.chance(0.5) else "Spires")
            )
            return f"{first} {self.pick(GROUPINGS)}"
        if self.chance(mix.became):
            text = self.become(text)
        if self.chance(mix.added_faith):
            text = self.believe(text, row.get("religious_character"))
        if self.chance(mix.added_words):
            text = f"{text} {self.pick(SPECIALISMS)}"
        text = self.reword(text, int(self.rng.choice(len(mix.rewordings), p=mix.rewordings)))
        if self.chance(mix.dropped_ending):
            text = re.sub(r"\W*\b(?:Primary School|High School|School|Academy|College)\W*$", "", text) or text
        if self.chance(mix.dropped_faith):
            text = re.sub(r"\b(?:CofE|CE|C of E|Church of England|RC|Roman Catholic|Catholic)\b ?", "", text)
        if self.chance(mix.lost_word):
            words = text.split()
            if len(words) > 2:
                del words[int(self.rng.integers(len(words)))]
            text = " ".join(words)
        if row.get("town") and self.chance(mix.town) and row["town"].lower() not in text.lower():
            text = text + self.pick((", ", " ", " - ", " (")) + row["town"]
        elif row.get("town") and self.chance(mix.town_first):
            text = f"{row['town']}, {text}"
        for _ in range(int(self.rng.choice(len(mix.slips), p=mix.slips))):
            text = self.slip(text)
        if self.chance(mix.cut):
            text = text[:25]
        if self.chance(mix.case):
            text = text.upper() if self.chance(0.5) else text.lower()
        return re.sub(r"\s+", " ", text).strip(" ,") or row["name"]

    def become(self, text: str) -> str:
        """A change of name as real ones are: converted, enlarged, given or relieved of a word."""
        if self.chance(0.6) and "Academy" not in text:
            return re.sub(r"\bSchool\b", "Academy", text)
        if self.chance(0.5):
            return re.sub(r"\b(?:Infant|Junior)\b", "Primary", text)
        word = self.pick(list(LONGER))
        return re.sub(rf"\b{word}\b", self.pick(LONGER[word]), text, count=1)

    def believe(self, text: str, character: str | None) -> str:
        """A church school whose name does not say so, with the word that people put there."""
        if re.search(r"Catholic|CofE|CE|Church|RC|Methodist|Jewish|Muslim", text):
            return text
        if character and re.search(r"Church of England|Catholic", character):
            word = "RC" if "Catholic" in character else self.pick(("CE", "CofE"))
        elif not character and re.search(r"\bSt\b|Our Lady|Holy|Christ", text):
            word = self.pick(("CE", "CofE", "RC", "Catholic"))
        else:
            return text
        return re.sub(
            r"\b(Primary|Infant|Junior|High|School|Academy|College)\b", rf"{word} \1", text, count=1
        )

    def reword(self, text: str, times: int) -> str:
        order, done = self.rng.permutation(len(REWORDINGS)), 0
        for place in order:
            pattern, written = REWORDINGS[place]
            if done >= times:
                break
            found = re.search(pattern, text)
            if found is None:
                continue
            text = text[: found.start()] + self.pick(written) + text[found.end() :]
            done += 1
        return text

    def slip(self, text: str) -> str:
        places = [i for i, c in enumerate(text) if c.isalpha()]
        if len(places) < 4:
            return text
        at = places[int(self.rng.integers(len(places)))]
        kind = self.rng.integers(4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at] * 2 + text[at + 1 :]
        if kind == 2 and at + 1 < len(text):
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + self.neighbour(text[at]) + text[at + 1 :]

    def neighbour(self, letter: str) -> str:
        for line in KEYBOARD:
            at = line.find(letter.lower())
            if at >= 0:
                other = line[max(0, min(len(line) - 1, at + (1 if self.chance(0.5) else -1)))]
                return other.upper() if letter.isupper() else other
        return self.pick(string.ascii_lowercase)

    def authority(self, row: dict) -> dict[str, str | None]:
        code, way = row.get("authority_code"), int(self.rng.choice(4, p=self.mix.authority))
        if code is None or way == 1:
            return {"authority_code": None, "authority": None}
        if way == 3:
            return {"authority_code": None, "authority": self.other_words(row)}
        if way == 2:
            return {"authority_code": self.garble(code, row), "authority": None}
        if self.names and self.mix.authority[3] > 0 and self.chance(0.5):
            return {"authority_code": None, "authority": self.names.get(code, code)}
        return {"authority_code": code, "authority": None}

    def garble(self, code: str, row: dict) -> str:
        """A neighbour's code, any other, digits swapped, or one digit wrong."""
        way = self.rng.random()
        area = re.match(r"[A-Z]+", row.get("postcode") or "")
        near = [other for other in self.near.get(area.group(0), []) if other != code] if area else []
        if way < 0.45 and near:
            return self.pick(near)
        if way < 0.6:
            return self.pick(self.codes)
        at = int(self.rng.integers(len(code)))
        if way < 0.8 and at + 1 < len(code):
            return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        return code[:at] + str(self.rng.integers(10)) + code[at + 1 :]

    def other_words(self, row: dict) -> str | None:
        name = self.names.get(row["authority_code"], row["authority_code"])
        options = [
            o
            for o in (row.get("district"), row.get("town"), f"{name} County Council", f"{name} LA", name)
            if o
        ]
        text = self.pick(options)
        return self.slip(text) if self.chance(0.15) else text

    def details(self, row: dict) -> dict[str, str | None]:
        """Further columns, each blank or wrong at times."""
        found: dict[str, str | None] = {}
        for column, chance in self.mix.details.items():
            value = row.get(column)
            # A partnership has no number of a school; where a list gives one, the school is meant.
            if value is None or not self.chance(chance) or (column == "urn" and row["grouped"]):
                found[column] = None
            elif column == "urn":
                found[column] = self.number(value)
            elif column == "postcode":
                found[column] = self.postcode(value)
            elif column == "head":
                found[column] = value if self.chance(0.7) else self.pick(HEADS)
            else:
                found[column] = self.slip(value) if column == "town" and self.chance(0.05) else value
        return found

    def number(self, urn: str) -> str:
        way, at = self.rng.random(), int(self.rng.integers(len(urn)))
        if way < 0.92:
            return urn
        if way < 0.95:
            return urn[:at] + urn[at + 1 :]
        if way < 0.97 and at + 1 < len(urn):
            return urn[:at] + urn[at + 1] + urn[at] + urn[at + 2 :]
        return urn[:at] + str(self.rng.integers(10)) + urn[at + 1 :]

    def postcode(self, postcode: str) -> str:
        way = self.rng.random()
        if way < 0.8:
            return postcode
        if way < 0.9:
            return postcode[:-1] + self.pick("ABDEFGHJLNPQRSTUWXYZ")
        return postcode.split(" ")[0]


HEADS = (
    "Okafor",
    "Example",
    "Merriweather",
    "Singh-Dale",
    "Oduya",
    "Pemberley",
    "Quist",
    "Trelawny",
    "Varga",
    "Zieliński",
)


SURVEY = Mix()
"""The list of the benchmark."""
KEYS = Mix(
    name="keys",
    rewordings=(0.55, 0.35, 0.08, 0.02),
    slips=(0.25, 0.45, 0.30),
    case=0.4,
    cut=0.05,
    town=0.02,
    became=0.01,
    authority=(0.7, 0.15, 0.15, 0.0),
)
"""Typed in a hurry: many slips, few abbreviations."""
CLERK = Mix(
    name="clerk",
    rewordings=(0.05, 0.25, 0.35, 0.35),
    slips=(0.92, 0.07, 0.01),
    dropped_ending=0.3,
    dropped_faith=0.12,
    town=0.15,
    town_first=0.05,
    lost_word=0.06,
    case=0.05,
    authority=(0.6, 0.2, 0.2, 0.0),
)
"""Written by somebody who knows the schools: shortened, with towns, the authority often missing or a neighbour's."""
RICH = Mix(
    name="rich",
    authority=(0.45, 0.25, 0.1, 0.2),
    details={"town": 0.35, "postcode": 0.3, "phase": 0.3, "urn": 0.35, "head": 0.2},
    grouping=0.03,
)
"""With further columns, and the authority in other words."""
PLACED = Mix(
    name="placed",
    rewordings=(0.55, 0.30, 0.12, 0.03),
    slips=(0.94, 0.05, 0.01),
    authority=(0.0, 1.0, 0.0, 0.0),
    details={"town": 0.95, "postcode": 0.95},
    grouping=0.12,
)
"""An address list: town and postcode, no authority, some entries partnerships."""
