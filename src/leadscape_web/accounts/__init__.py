"""Who may sign in, on whose behalf, and what they may see and do."""
