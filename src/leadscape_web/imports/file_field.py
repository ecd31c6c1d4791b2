"""A field for files: chosen or dragged, with the limits said before and after."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from leadscape_web.govuk.fields import GovukField
from leadscape_web.imports.files import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_BYTES_TOGETHER,
    MOST_FILES,
    safe_name,
    size_sentence,
)

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ENDINGS: tuple[str, ...] = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xls", ".parquet")


class FilesInput(forms.ClearableFileInput):
    """Several files in one input."""

    allow_multiple_selected: ClassVar[bool] = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        """Every file that was sent under the name."""
        return [file for file in files.getlist(name) if file]


class FilesField(GovukField, forms.Field):
    """Tables as files; the value is a list.

    Parameters
    ----------
    most
        How many.
    """

    ask = "Choose"
    widget = FilesInput

    def __init__(self, *, most: int = MOST_FILES, help_text: str = "", **more: Any) -> None:
        self.most = most
        params: dict[str, Any] = {
            "multiple": most > 1,
            "javascript": True,
            "chooseFilesButtonText": "Choose files" if most > 1 else "Choose file",
            "dropInstructionText": "or drop files here" if most > 1 else "or drop the file here",
            "noFileChosenText": "No file chosen",
            "attributes": {
                "accept": ",".join(ENDINGS),
                "data-leadscape-most-bytes": MOST_BYTES,
                "data-leadscape-most-together": MOST_BYTES_TOGETHER,
                "data-leadscape-limit": size_sentence(),
            },
        }
        super().__init__(params=params, help_text=f"{help_text} {size_sentence()}".strip(), **more)

    def validate(self, value: Any) -> None:
        """How many, of which kind, how large: everything that is wrong with any of them."""
        super().validate(value)
        files: list[UploadedFile] = value or []
        wrong = []
        if len(files) > self.most:
            wrong.append(f"Choose at most {self.most} file{'s' * (self.most != 1)}; {len(files)} were sent")
        for file in files:
            name = safe_name(file.name or "")
            if not (file.size or 0):
                wrong.append(f"{name} is empty; check that it was saved or downloaded completely")
            elif (file.size or 0) > MOST_BYTES:
                wrong.append(f"{name} has {(file.size or 0) / 1_000_000:,.0f} MB. {size_sentence()}")
            if not name.lower().endswith(ENDINGS):
                wrong.append(f"{name} is no table that can be read; save it as .csv or .xlsx")
            if _EMAIL.search(name):
                wrong.append(f"{name} is named after an e-mail address; rename it: names of files are kept")
            if len((file.name or "").encode()) > LONGEST_NAME:
                wrong.append(f"The name of {name} is longer than {LONGEST_NAME} characters; rename the file")
        if sum(file.size or 0 for file in files) > MOST_BYTES_TOGETHER:
            wrong.append(f"The files are too large together. {size_sentence()}")
        if wrong:
            raise ValidationError(wrong)
