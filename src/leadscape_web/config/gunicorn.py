"""How gunicorn serves, on a laptop and in production: ``gunicorn --config python:leadscape_web.config.gunicorn``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from leadscape.core.errors import LeadscapeError
from leadscape.core.exit_codes import exit_code
from leadscape_web.config.environment import read_environment
from leadscape_web.config.logs import logging_settings
from leadscape_web.config.parent import end_with_parent
from leadscape_web.config.work_folder import begin_folder, take_away_left

try:
    _environment = read_environment()
except LeadscapeError as error:
    print(error, file=sys.stderr)
    sys.exit(exit_code(error))

wsgi_app = "leadscape_web.config.wsgi:application"
bind = [_environment.bind]
# Threads, because a request waits for the database most of its time; a slow download holds one thread, not a worker.
worker_class = "gthread"
workers = _environment.workers
threads = _environment.threads
# Longer than the database lets a statement run, so that the database gives up first and the page can say so.
timeout = 30
graceful_timeout = 25
# Short: connections that are kept stay with their worker, and one that is renewed would get nobody of the others.
keepalive = 2
# What a library may leak ends with its worker; not all workers at once.
max_requests = 5000
max_requests_jitter = 500
# A worker tells that it lives by touching a file: in memory where there is such a folder, since disks can stand still.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
forwarded_allow_ips = ",".join(map(str, _environment.proxies))
proc_name = "leadscape"
accesslog = None
logconfig_dict = logging_settings()
# A socket in the home folder for steering gunicorn from outside: one more door that nobody needs.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """End with whoever started it."""
    end_with_parent()


def post_fork(server: Any, worker: Any) -> None:
    """Large files that somebody sends lie in a folder of the worker's own, beside others: memory may be short there."""
    begin_folder(Path(tempfile.gettempdir()))


def child_exit(server: Any, worker: Any) -> None:
    """They go with the worker, also with one that was killed."""
    take_away_left(Path(tempfile.gettempdir()))
