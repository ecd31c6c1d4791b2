"""A coding scheme to and from other programs of qualitative analysis, by the REFI-QDA codebook standard (``.qdc``).

The standard knows a code's name, description, colour, guid, place in the tree and whether it may be given, and sets of
codes. What a scheme says besides (ids, memo, aliases, examples) travels with it as
:mod:`leadscape.survey.coding.refi_qda_parts` says, so that a scheme comes back as it went.

Source: REFI-QDA, Exchange of processed data between qualitative data analysis software packages, version 1.5, 2019.
"""

from leadscape.survey.coding.refi_qda_reading import QdcReading, read_qdc
from leadscape.survey.coding.refi_qda_writing import guid_of, write_qdc

__all__ = ["QdcReading", "guid_of", "read_qdc", "write_qdc"]
