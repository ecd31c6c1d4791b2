"""What an editor fills in: every form carries the version it was opened with, and asks why."""
