"""The worker's folder: what a killed one left is taken away, what a living one uses is not."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from leadscape_web.config.work_folder import PREFIX, begin_folder, work_folder


def test_everything_temporary_is_in_it_and_goes_with_it(tmp_path: Path) -> None:
    with work_folder(tmp_path) as folder:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(b"Alice Ash")
        assert Path(file.name).parent == folder
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
    assert not Path(file.name).exists()


def test_what_a_killed_worker_left_is_taken_away(tmp_path: Path) -> None:
    dead, alive, other = (tmp_path / f"{PREFIX}{n}-x" for n in ("999999999", os.getpid(), "someone"))
    for folder in (dead, alive, other):
        folder.mkdir()
        (folder / "returns.csv").write_text("Alice Ash")
    with work_folder(tmp_path):
        assert not dead.exists()
        assert alive.exists()
        assert other.exists()


def test_a_large_file_that_somebody_sends_lies_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder = begin_folder(tmp_path)
    with TemporaryUploadedFile("returns.csv", "text/csv", 3, "utf-8") as sent:
        assert Path(sent.temporary_file_path()).parent == folder
