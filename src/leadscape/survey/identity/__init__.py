"""Which nominations mean one person?

Tables in: nominations with their home school. Tables out: the person meant by each, and pairs in doubt.
"""

from leadscape.survey.identity.exact import doubtful_pairs, fold_person_name, group_exact, merge_persons

__all__ = ["doubtful_pairs", "fold_person_name", "group_exact", "merge_persons"]
