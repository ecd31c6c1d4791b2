"""What a coding scheme says that the REFI-QDA standard has no place for, and how it travels all the same.

It stands twice: in the description, for people to read in another program, and in an instruction ``<?leadscape …?>``,
from which it comes back exactly. Where somebody has changed the description since, the description counts.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without type stubs

from leadscape.survey.coding.refi_qda_xml import qualified

INSTRUCTION: Final = "leadscape"
_GUIDS: Final = uuid.UUID("6d0c7a3e-5a51-5f0c-9d5b-2f1f6f2b7c11")


def described(element: etree._Element) -> str:
    """The description of a code or set; empty where it has none."""
    description = element.find(qualified("Description"))
    # A comment may stand inside a description, and what follows it is still part of the text.
    return "" if description is None else "".join(str(text) for text in description.xpath("text()"))


def besides(memo: str, aliases: tuple[str, ...], examples: tuple[str, ...]) -> str:
    """What a scheme says of a code besides its definition, for people who read it in another program."""
    parts = (
        f"Memo: {memo}" if memo else "",
        f"Also written: {'; '.join(aliases)}" if aliases else "",
        f"Examples: {'; '.join(examples)}" if examples else "",
    )
    return "\n\n".join(part for part in parts if part)


def instruction(content: dict[str, Any]) -> etree._ProcessingInstruction:
    """What a scheme says besides what the standard has a place for, passed over by other programs."""
    # The end mark of an instruction must not occur in it, and JSON may hold > as an escape.
    return etree.ProcessingInstruction(INSTRUCTION, json.dumps(content).replace(">", "\\u003e"))


def read_instruction(element: etree._Element) -> dict[str, Any]:
    """What leadscape wrote beside an element; nothing where another program wrote it."""
    for child in element.iterchildren(etree.PI):
        if child.target == INSTRUCTION:
            try:
                content = json.loads(child.text or "")
            except ValueError:
                return {}
            return content if isinstance(content, dict) else {}
    return {}


def bare(guid: str) -> str:
    """A guid in the form in which two writings of it agree."""
    return guid.strip().strip("{}").lower()


def derived_guid(scheme_id: str, section: str, entry_id: str) -> str:
    """A guid for a ``code`` or ``set`` that has none, the same whenever its ids are."""
    return str(uuid.uuid5(_GUIDS, json.dumps([scheme_id, section, entry_id]))).upper()
