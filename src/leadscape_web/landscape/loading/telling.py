"""What a load says on the command line: steps while it runs, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand

    from leadscape_web.landscape.loading.load import LoadedStudy


class Steps:
    """A progress that prints each step as a line."""

    def __init__(self, command: BaseCommand, verbosity: int) -> None:
        self._command, self._verbosity = command, verbosity

    def step(self, label: str) -> None:
        """Print the step, where anything is to be printed."""
        if self._verbosity > 0:
            self._command.stdout.write(f"{label} …")


def say_loaded(loaded: LoadedStudy) -> list[str]:
    """Sentences and counts: what was done."""
    if loaded.already:
        return [f"“{loaded.title}” is loaded already with exactly these inputs. Nothing was changed."]
    lines = [f"Loaded “{loaded.title}”."]
    if not loaded.newest:
        lines.append(
            "A later study is loaded: what it says of schools and leaders stays, and only what it lacks was added."
        )
    lines += [
        f"  {table}: {merged.inserted:,} new, {merged.updated:,} changed"
        for table, merged in loaded.merged.items()
        if merged.inserted or merged.updated
    ]
    lines.append(
        f"Took {sum(loaded.seconds.values()):.1f} s, {loaded.seconds.get('store', 0):.1f} s of it in the database."
    )
    return lines
