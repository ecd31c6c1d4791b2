"""Files in: recognised, tried, shown, confirmed, undone."""
