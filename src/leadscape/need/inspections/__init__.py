"""What did inspectors find, under which framework, and what may be compared with what?

In: files of inspection outcomes. Out: :class:`~leadscape.need.tables.Inspections`. Grades of two frameworks are laid
side by side only by a crosswalk that is named.
"""
