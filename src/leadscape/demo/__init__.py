"""A realistic demonstration system: synthetic people, real structure."""
