"""Which school of the register is meant?

Tables in: mentions of schools as written, ``Schools``. Tables out: ``SchoolLinks`` (the school meant by each mention,
or why there is none) and ``SchoolCandidates`` (what it could mean, with probabilities and reasons),
``SchoolAliases`` (what people decided about a wording).
"""

from leadscape.survey.linkage.aliases import learn_aliases
from leadscape.survey.linkage.authorities import authority_lookup
from leadscape.survey.linkage.config import LinkageConfig
from leadscape.survey.linkage.linking import Linkage, link_schools
from leadscape.survey.linkage.register import LinkageRegister, prepare_register
from leadscape.survey.linkage.tables import SchoolAliases, SchoolCandidates, SchoolLinks

__all__ = [
    "Linkage",
    "LinkageConfig",
    "LinkageRegister",
    "SchoolAliases",
    "SchoolCandidates",
    "SchoolLinks",
    "authority_lookup",
    "learn_aliases",
    "link_schools",
    "prepare_register",
]
