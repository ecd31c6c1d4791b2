"""How deprived is the place that a school stands in?

In: indices of deprivation by small area or by postcode. Out: :class:`~leadscape.need.tables.Deprivation`, and
:class:`~leadscape.need.tables.Context` for schools, each row with the way in which it was found.
"""
