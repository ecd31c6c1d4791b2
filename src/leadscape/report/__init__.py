"""What can be shown, handed over and checked?

In: one :class:`~leadscape.report.contents.ReportContents`: a landscape as published, with its codebook, map, data
quality and provenance. Out: a folder with one self-contained page, a workbook, tidy tables, figures and the record of
the run; for a terminal, the same tables as rows of words. Nothing is counted here.
"""
