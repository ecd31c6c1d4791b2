"""The study as the service keeps it: its files and settings, run again when they change."""
