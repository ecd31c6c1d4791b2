"""The command line: arguments, progress, printing. Everything it does is an action anybody may call."""

from leadscape.cli.app import main

__all__ = ["main"]
