"""What is written to the log: one JSON object a line, and never who somebody is.

Only what we wrote ourselves is logged as a sentence. What other packages say may hold anything (an address somebody
typed, a host they named, the values of a row), so of theirs the logger, the level and the kind of fault are kept, and
of a fault the places in the code, never its message. What gunicorn says of its own processes is the exception.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final

OURS: Final = ("leadscape_web", "leadscape")
OF_PROCESSES: Final = frozenset(
    {
        "Starting gunicorn %s", "Listening at: %s (%s)", "Using worker: %s", "Booting worker with pid: %s",
        "Worker exiting (pid: %s)", "Handling signal: %s", "Shutting down: %s", "Hang up: %s",
        "WORKER TIMEOUT (pid:%s)",
        "Worker (pid:%s) exited with code %s.", "Worker (pid:%s) was sent %s!",
        "Autorestarting worker after current request.",
    }
)  # fmt: skip
"""What gunicorn says of its own processes: numbers, signals and the address it listens at."""


class JsonLines(logging.Formatter):
    """One JSON object a record; values given as ``extra={"fields": {...}}`` stand in it by name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.split(".")[0] in OURS or record.msg in OF_PROCESSES:
            line["message"] = record.getMessage()
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
            line["at"] = [
                f"{'/'.join(Path(frame.f_code.co_filename).parts[-3:])}:{number} {frame.f_code.co_name}"
                for frame, number in walk_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False)


class FaultsOnly(logging.Filter):
    """Lets a fault through; that an answer was 503 stands in the line of the request already."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record tells a fault."""
        return bool(record.exc_info)


def logging_settings() -> dict[str, Any]:
    """The whole of Python's logging, for Django and for gunicorn: everything to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"faults": {"()": FaultsOnly}},
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "leadscape_web": {"level": "INFO"},
            # Django's own handlers would mail or print messages as they are. A refused request is told by our line.
            "django": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True, "filters": ["faults"]},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
