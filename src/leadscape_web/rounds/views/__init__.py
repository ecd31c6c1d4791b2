"""Pages of a survey round: the editors' and the respondents'."""
