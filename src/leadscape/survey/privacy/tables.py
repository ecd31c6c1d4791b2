"""Tables of a person's rights: what was withdrawn, who objected (never by name), who was told what."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table

OBJECTION_KINDS = ("objection", "erasure")
RULES = (
    "name_at_school",
    "surname_at_school",
    "given_name_at_school",
    "name_in_authority",
    "initial_in_authority",
    "name",
)


class Withdrawals(Table):
    """One row is one thing taken out of the study because somebody asked: a return, a line, or a line about a person.

    A missing row means that nobody asked. Nobody is named here: ids only, so that the file can be kept as long as the
    study. A row with ``leader_id`` stays in force when its line is no longer in the returns.
    """

    respondent_id = dy.String(nullable=True, description="Respondent whose whole return is withdrawn")
    nomination_id = dy.String(nullable=True, description="Line of a return that is withdrawn")
    leader_id = dy.String(
        nullable=True, description="Person who objected, as the run called them when it was recorded"
    )
    returned_by = dy.String(
        nullable=True,
        description="Respondent who returned the line: they have answered, whatever was withdrawn",
    )
    reason = dy.String(nullable=True, description="In general words; never a name")
    withdrawn_on = dy.Date(nullable=True)
    recorded_by = dy.String(nullable=True)


class Objections(Table):
    """One row is one key by which a person who objected is recognised if a later return names them again.

    A missing row means that the person did not object. No name can be read from it: a key is a keyed hash
    (HMAC-SHA-256) of a folded name with a place, made with a secret that is kept in another file. Whoever holds both
    can test whether a given person objected, so it is pseudonymous and not anonymous.
    """

    objection_id = dy.String(primary_key=True, description="One person; from the content of the keys")
    key = dy.String(primary_key=True, regex=r"^[0-9a-f]{32}$", description="The keyed hash")
    rule = dy.Enum(RULES, description="What of the name and which place were hashed")
    kind = dy.Enum(OBJECTION_KINDS, description="Whether the person objected or asked to be erased")
    recorded_on = dy.Date()
    recorded_by = dy.String()
    reason = dy.String(nullable=True)


class Notices(Table):
    """One row is one notice made for one leader (UK GDPR, Article 14).

    A missing row means that no notice was made for the person. Whether it was sent is for the sender to write in
    ``sent_on``; a later run keeps what stands there.
    """

    leader_id = dy.String(primary_key=True)
    file = dy.String(description="File name of the notice, which holds no name")
    nominations = dy.List(dy.String(), description="Ids of the lines that it tells about")
    dated = dy.Date(description="Date that the notice bears")
    sha256 = dy.String(description="Of the notice's text, to tell whether what is held changed since")
    sent_on = dy.Date(nullable=True)
