"""Classifications as data: roles, origins, kinds, phases, baselines and crosswalks, per system and year.

Adding a country or a year is adding a file to ``data/``. A user's own codebook is the same kind of file, named by its
path in the study.
"""

from leadscape.codebooks.codebook import Baseline, Codebook, Entry, Role
from leadscape.codebooks.crosswalk import Crosswalk, find_crosswalk
from leadscape.codebooks.library import (
    check_codebook,
    codebook_names,
    codebook_source,
    find_baseline,
    load_codebook,
    parse_codebook,
)

__all__ = [
    "Baseline",
    "Codebook",
    "Crosswalk",
    "Entry",
    "Role",
    "check_codebook",
    "codebook_names",
    "codebook_source",
    "find_baseline",
    "find_crosswalk",
    "load_codebook",
    "parse_codebook",
]
