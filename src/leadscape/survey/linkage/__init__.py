"""Which school of the register is meant?

Tables in: mentions of schools as written, ``Schools``. Tables out: the school meant by each, or candidates.
"""

from leadscape.survey.linkage.exact import authority_lookup, link_mentions, suggest_schools

__all__ = ["authority_lookup", "link_mentions", "suggest_schools"]
