"""How often is a reported entry wrong, by the word of the leader's own school?

Tables in: ``RoleHoldings`` as entries, forms that schools sent back. Tables out: ``ValidationSample``,
``ValidationAnswers``, ``ErrorRates``, ``CorrectedTotals``, ``RoleConfusion``, ``RoleShares``.
"""

from leadscape.survey.validation.answers import AnswersReading, read_answers
from leadscape.survey.validation.config import ValidationConfig
from leadscape.survey.validation.draw import draw_sample, random_numbers
from leadscape.survey.validation.forms import write_forms, write_sample
from leadscape.survey.validation.result import ValidationResult, validate
from leadscape.survey.validation.size import needed_size

__all__ = [
    "AnswersReading",
    "ValidationConfig",
    "ValidationResult",
    "draw_sample",
    "needed_size",
    "random_numbers",
    "read_answers",
    "validate",
    "write_forms",
    "write_sample",
]
