"""The folder of a service on a laptop: the database, its key, its log, and a note of what the data are.

lock            who has it (see embedded.py)
service.json    what was asked for when it was made: a demonstration, or data of one's own
secret-key      signs sessions and links, encrypts second factors; for its owner's eyes
postgres/       the database
messages/       e-mail that would have been sent, a file each
service.log     one JSON object a line
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

from leadscape import __version__
from leadscape.core.errors import ServiceBlocked

Demo = Literal["small", "national", "none"]
DEFAULT: Final[Demo] = "national"
OURS: Final = frozenset(
    {"lock", "service.json", "secret-key", "postgres", "messages", "service.log", "service.log.1"}
)
LARGEST_LOG: Final = 10_000_000


@dataclass(frozen=True)
class Note:
    """What the folder holds.

    Attributes
    ----------
    demo
        Which demonstration; ``none``: data of one's own.
    loaded
        Whether the demonstration is in the database whole.
    """

    demo: Demo
    loaded: bool = False
    made_by: str = __version__


@dataclass(frozen=True)
class ServiceFolder:
    """A folder that is ours, or not there yet."""

    path: Path

    @property
    def log(self) -> Path:
        """Where the processes that serve write."""
        return self.path / "service.log"

    def decide(self, asked: Demo | None) -> Note:
        """What is to be served from it: what it holds, or what is asked for when it is new.

        Raises
        ------
        ServiceBlocked
            It holds files that are not ours, or other data than asked for.
        """
        self._check_ours()
        note = self._read()
        if note is None:
            return Note(asked or DEFAULT)
        if asked in (None, note.demo):
            return note
        held = "data of your own" if note.demo == "none" else f"the demonstration '{note.demo}'"
        raise ServiceBlocked(
            f"The folder {self.path} holds {held}, and --demo {asked} was asked for.",
            "Invented people must never stand beside real ones, nor be served as real.",
            "Leave out --demo to serve what is there, or name another folder with --data.",
        )

    def keep(self, note: Note) -> Note:
        """Write the note; the one that was written."""
        (self.path / "service.json").write_text(json.dumps(asdict(note)) + "\n", encoding="utf-8")
        return note

    def keep_loaded(self, note: Note) -> Note:
        """Note that the demonstration is there whole, so that it is not invented again at every start."""
        return note if note.loaded else self.keep(replace(note, loaded=True))

    def secret_key(self) -> str:
        """The key of this folder, made at the first start.

        Without it sessions and links end, and second factors that were set up cannot be read again.
        """
        path = self.path / "secret-key"
        if not path.exists():
            # Readable for its owner from the first moment on.
            with os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text(encoding="ascii")

    def begin_log(self) -> None:
        """One log before this one is kept once it is large; neither grows without end."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def environment(self, note: Note, *, port: int, database_url: str) -> dict[str, str]:
        """Environment of the processes that serve: this one's, but nothing of it that would point elsewhere."""
        made = {name: value for name, value in os.environ.items() if name != "LEADSCAPE_OWNER_URL"}
        demonstration = note.demo != "none"
        made |= {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "leadscape_web.config.settings",
            "LEADSCAPE_SECRET_KEY": self.secret_key(),
            "LEADSCAPE_BIND": f"127.0.0.1:{port}",
            "LEADSCAPE_HOSTS": "127.0.0.1,localhost",
            "LEADSCAPE_PRODUCTION": "0",
            "LEADSCAPE_DEMONSTRATION": "1" if demonstration else "0",
            "LEADSCAPE_SERVED_BY": str(os.getpid()),
        }
        made.setdefault("LEADSCAPE_SECOND_FACTOR", "offered" if demonstration else "required")
        made.setdefault("LEADSCAPE_EMAIL_URL", (self.path.resolve() / "messages").as_uri())
        return made

    def _check_ours(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise ServiceBlocked(
                f"{self.path} is a file.", "The service keeps its database in a folder.",
                "Name a folder with --data; it is made when it is not there.",
            )  # fmt: skip
        try:
            others = sorted({entry.name for entry in self.path.iterdir()} - OURS)
        except OSError:
            return  # told by whoever has to write there
        if others and not (self.path / "service.json").is_file():
            named = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
            raise ServiceBlocked(
                f"The folder {self.path} holds other files ({named}).",
                "The service would mix its database with them.",
                "Name a new or an empty folder with --data.",
            )

    def _read(self) -> Note | None:
        path = self.path / "service.json"
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["demo"] in ("small", "national", "none"):
                return Note(held["demo"], bool(held["loaded"]), str(held["made_by"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            pass
        raise ServiceBlocked(
            f"The note {path} cannot be read.",
            "Without it nobody can tell whether the people in the database are invented.",
            'Write {"demo": "none", "loaded": true, "made_by": ""} into it, or small or national for none, as it was.',
        )


def end_of_log(path: Path, lines: int = 5) -> str:
    """The last lines of a log, for a message."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
