"""Does anybody get what is not theirs, or make the service do what it must not?

What is asked for comes from the service's own list of addresses, so that a new one is tried without a change here.
"""

from __future__ import annotations

from typing import Final

from soak import attack_api, attack_files, attack_pages, attack_rights, attack_tokens, attack_words
from soak.attack_target import Target
from soak.findings import Findings, finding
from soak.stage import copy_of, serving
from soak.users import use_database

GUESSES: Final = 300
"""Ids, tokens and links that are guessed, of each kind."""
ATTACKS: Final = (
    attack_rights.truth_table, attack_rights.other_areas, attack_rights.guessed_ids,
    attack_tokens.guessed_links, attack_tokens.replayed_links, attack_tokens.replayed_invitations,
    attack_tokens.tampered_keys, attack_tokens.tampered_sessions,
    attack_pages.forged_forms, attack_pages.framed_pages, attack_files.uploads, attack_words.hostile_names,
    # These give somebody a password, which ends their sessions.
    attack_pages.open_redirects, attack_pages.false_hosts, attack_tokens.fixed_sessions,
)  # fmt: skip


def run(share: float = 1.0) -> Findings:
    """Attack a copy of the small demonstration."""
    with (
        finding("attack") as found,
        copy_of("small") as folder,
        serving(folder, LEADSCAPE_WORKERS="2") as service,
    ):
        use_database(service)
        target = Target(service)
        for attack in ATTACKS:
            try:
                attack(found, target, max(10, round(GUESSES * share)))
            except Exception as error:
                found.add(
                    f"{attack.__name__.replace('_', ' ').capitalize()}: ran to its end", 1, 1,
                    f"{type(error).__name__}: {str(error)[:200]}",
                )  # fmt: skip
        attack_api.schema_of_the_api(found, target, share)
        attack_api.check_deploy(found)
        lines = service.log.read_text(errors="replace").splitlines()
        answers = [line for line in lines if '"message": "request"' in line]
        faults = sum('"status": 5' in line for line in answers)
        found.add("Answers of 500 and more in the log of the whole attack", len(answers), faults)
    return found
