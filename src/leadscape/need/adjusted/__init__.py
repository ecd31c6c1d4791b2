"""How does a school do beside what its intake would lead one to expect, and how sure are we?

Tables in: :class:`~leadscape.need.tables.Measures` and the intake of each school. Tables out:
:class:`~leadscape.need.adjusted.tables.AdjustedPerformance`, :class:`~leadscape.need.adjusted.tables.SchoolEffects`,
:class:`~leadscape.need.adjusted.tables.Gaps`, :class:`~leadscape.need.adjusted.tables.Trends` and
:class:`~leadscape.need.adjusted.tables.SustainedImprovement`.
"""
