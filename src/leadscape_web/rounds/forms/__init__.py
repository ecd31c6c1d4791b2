"""What editors and respondents of a survey round fill in."""
