"""What jobs and runs do for rounds, as the owner role: never imported by a page."""
