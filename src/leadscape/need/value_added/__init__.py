"""How much further do a school's pupils get than pupils who started where they did?

Tables in: pupil records as Parquet or CSV files, which stay where they are. Tables out:
:class:`~leadscape.need.value_added.tables.ValueAdded` and :class:`~leadscape.need.value_added.tables.ValueAddedModels`.
For those who hold such records: nothing about a single pupil leaves the file, and the service never stores one.
"""

from leadscape.need.value_added.config import ValueAddedConfig
from leadscape.need.value_added.estimate import ValueAddedResult, measure_value_added
from leadscape.need.value_added.tables import ValueAdded, ValueAddedModels

__all__ = ["ValueAdded", "ValueAddedConfig", "ValueAddedModels", "ValueAddedResult", "measure_value_added"]
