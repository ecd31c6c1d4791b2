"""Pages of data protection: by link, and for editors."""
