"""What do published tables say about each school, and what do they keep back?

In: files of figures of any known format. Out: :class:`~leadscape.need.tables.Measures`, rows for areas apart as
:class:`~leadscape.need.tables.AreaMeasures`, and an account of every row and every missing cell.
"""
