"""One verb per file: what the command line, the web and notebooks call."""
