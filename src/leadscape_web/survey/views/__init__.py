"""Pages of the survey: load, check, call, present."""
