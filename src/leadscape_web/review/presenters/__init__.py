"""From questions to what their pages show."""
