"""Which schools need what help, which can give it, and how sure are we?

Tables in: published results, finance, absence, inspections and deprivation by small area, as files; schools and their
lineage from the register. Tables out: :class:`~leadscape.need.tables.Measures` with the rows for areas apart,
:class:`~leadscape.need.tables.Inspections`, :class:`~leadscape.need.tables.Context`, and what is made of them:
performance adjusted for intake, gaps, trends, similar schools, flags by dated rules, strengths and needs of schools and
of groups of them.

A missing figure keeps its reason and the word that the file used for it. It is never zero and never fine: what nobody
can know about a school is said, not filled in. Who leads elsewhere is not asked here: need must not be computed from
where leaders already are.
"""
