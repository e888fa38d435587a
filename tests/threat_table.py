#!/usr/bin/python3
"""threat_table.py - the table of attacks in docs/threat-model.md, from the tests that try them.

`tests/threat_table.py --write` puts it there; tests/test_threat_model.py holds it against what pytest knows.
"""

import pathlib
import sys

import attack_requests as asked
import attack_wire as wire
import hostile_answers as answers

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/threat-model.md"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
REQUEST, ANSWER, SLOW = "test_attacks.py::test_request", "test_hostile_upstream.py::test_answer", "test_hostile_upstream.py::test_slow_answer"

LISTS = [
    ("Spelling of paths, operations", REQUEST, asked.PATHS),
    ("Searches by address", REQUEST, asked.QUERIES),
    ("Posted searches and resources", REQUEST, asked.POSTED),
    ("Methods", REQUEST, asked.METHODS),
    ("One request hidden in another", REQUEST, wire.FRAMES + wire.CHUNKS),
    ("Request lines", REQUEST, wire.LINES),
    ("Hosts, proxies, claimed names", REQUEST, wire.HOSTS),
    ("What would go on to the record server", REQUEST, wire.PASSED_ON),
    ("Which chart", REQUEST, wire.CHARTS),
    ("Other sites in a browser", REQUEST, wire.BROWSERS),
    ("Tokens", REQUEST, wire.TOKENS),
    ("The record server: whose record it is", ANSWER, answers.WHOSE),
    ("The record server: the shape of JSON", ANSWER, answers.SHAPE),
    ("The record server: HTTP", ANSWER, answers.WIRE),
    ("The record server: errors", ANSWER, answers.ERRORS),
    ("The record server: redirects", ANSWER, answers.REDIRECTS),
    ("The record server: sets and pages", ANSWER, answers.SETS),
    ("The record server: its address", ANSWER, answers.ADDRESSES),
    ("The record server: people, whole charts", ANSWER, answers.PEOPLE),
    ("The record server: answers to writes", ANSWER, answers.CREATES),
    ("The record server: time", SLOW, answers.SLOW),
]

# Attacks that take more than one request, each with a test of its own.
STEPS = [
    ("steps-pipeline", "Sends requests of several sessions on one connection.", "src/in/http/connection.cc",
     "test_attacks.py::test_pipelined_requests_are_each_of_their_own_right"),
    ("steps-after-refusal", "Sends a request behind one that cannot be framed.", "src/in/http/connection.cc",
     "test_attacks.py::test_pipelined_behind_a_refusal_is_not_read"),
    ("steps-page", "Turns the page of another session's search.", "src/in/fhir/page_token.cc", "test_attacks.py::test_a_page_belongs_to_its_session"),
    ("steps-hidden", "Tells a hidden patient from an unknown one by the answer.", "src/in/fhir/outcome.cc", "test_attacks.py::test_hidden_and_unknown_are_one_answer"),
    ("steps-unseen", "Reaches for another chart without being written down.", "src/app/access.cc", "test_attacks.py::test_a_refusal_is_an_entry"),
    ("steps-moved", "Moves a record to another patient between two reads.", "src/in/fhir/reads.cc", "test_hostile_upstream.py::test_subject_moves_between_reads"),
    ("steps-moved-change", "Moves a record between the look at it and its change.", "src/in/fhir/writes.cc",
     "test_hostile_upstream.py::test_subject_moves_before_a_change"),
    ("steps-overwrite", "Overwrites another patient's record as if it were one's own patient's.", "src/in/fhir/writes.cc",
     "test_hostile_upstream.py::test_change_of_what_became_anothers"),
    ("steps-directory", "Names a patient in the directory, so that looking leaves no trace.", "src/in/fhir/body.cc",
     "test_hostile_upstream.py::test_directory_that_names_a_patient_is_an_entry_of_theirs"),
    ("steps-version", "Writes a header into a record's version.", "src/in/fhir/body.cc", "test_hostile_upstream.py::test_version_writes_no_header"),
    ("steps-poison", "Sends an answer to a question that was not asked yet.", "src/in/fhir/reads.cc",
     "test_hostile_upstream.py::test_late_second_answer_poisons_no_other_read"),
    ("steps-next-patient", "Leads from one chart's search to another's.", "src/in/fhir/reads.cc", "test_hostile_upstream.py::test_next_page_of_another_patient"),
    *((f"steps-next-{name}", f"Leads the next page {what}.", "src/in/fhir/reads.cc", f"test_hostile_upstream.py::test_next_page_stays_on_the_server[{url}]")
      for name, what, url in (("root", "to the root of the server", "/admin?page2"), ("percent", "up in percent signs", "%2e%2e/%2e%2e/admin?page2"),
                              ("type", "to another type", "Patient?page2"))),
    ("steps-pages", "Leads from page to page without end.", "src/in/fhir/reads.cc", "test_hostile_upstream.py::test_pages_without_end"),
    ("steps-whole-chart", "Leads through a whole chart without end.", "src/in/fhir/reads.cc", "test_hostile_upstream.py::test_whole_chart_without_end"),
    ("steps-more", "Sends three hundred records where one was asked for.", "src/in/fhir/reads.cc", "test_hostile_upstream.py::test_more_than_asked"),
    ("steps-found-by-id", "Lists everybody where one id was searched for.", "src/in/api/upstream.cc",
     "test_hostile_upstream.py::test_api_search_by_id_lists_nobody_else"),
    ("steps-found-hidden", "Lists a hidden patient to the console's search.", "src/app/find_person.cc",
     "test_hostile_upstream.py::test_api_search_by_name_hides_the_hidden"),
    *((f"steps-api-{name}", f"Answers the console's question with {what} that names a patient.", "src/in/api/upstream.cc",
       f"test_hostile_upstream.py::test_api_tells_nothing_of_errors[{name}]")
      for name, what in (("nonsense", "nonsense"), ("error", "an error"), ("redirect", "a redirect"))),
]

# People and disks: what the scenarios try.
PEOPLE = [
    ("insider-claims", "Opens claims under a glass.", "src/core/policy/decide.cc", "test_scenarios_glass.py::test_A07_claims_are_shut_glass_or_no_glass[physician-clinical-access]"),
    ("insider-change", "Changes, deletes or moves records under a glass.", "src/in/fhir/writes.cc",
     "test_scenarios_glass.py::test_A08_under_glass_nothing_else_reaches_the_record_server"),
    ("insider-two-charts", "Keeps the glass of one chart open while reading another.", "src/app/access.cc", "test_scenarios_glass.py::test_C04_moving_to_another_chart_ends_the_glass"),
    ("insider-after-sign-out", "Goes on reading after signing out.", "src/app/sessions.cc", "test_scenarios_endings.py::test_B03_logout"),
    ("insider-download", "Goes on downloading after the right has ended.", "src/app/lease.h", "test_scenarios_endings.py::test_B03_a_running_download_is_cut[logout]"),
    ("insider-locked", "Reads in a session that is locked.", "src/app/sessions.cc", "test_scenarios_endings.py::test_B03_a_locked_session_reads_nothing_until_its_password_is_given"),
    ("insider-old-role", "Goes on reading after a role was taken away.", "src/app/house.cc", "test_scenarios_endings.py::test_B03_role_removed"),
    ("insider-race", "Sends many requests while a right ends.", "src/app/lease.h", "test_scenarios_endings.py::test_B03_many_requests_at_once_end_together"),
    ("insider-own-case", "Reviews their own case.", "src/core/cases/case.cc", "test_scenarios_endings.py::test_B04_nobody_reviews_their_own_case"),
    ("insider-puppet", "Enrols somebody to review one's own case.", "src/app/review.cc", "test_scenarios_endings.py::test_B04_who_enrolled_somebody_is_no_second_person_for_them"),
    ("insider-no-details", "Breaks the glass without giving what is asked.", "src/app/break_glass.cc", "test_scenarios_glass.py::test_C03_incomplete_details_are_refused_naming_the_prompt"),
    ("insider-old-proof", "Breaks the glass with an old proof of identity.", "src/app/break_glass.cc", "test_scenarios_endings.py::test_B01_breaking_with_an_old_proof_is_a_step_up_challenge"),
    ("insider-fact-end", "Asks which teams a patient is referred to, by ending what may not be.", "src/app/record_facts.cc",
     "test_insiders.py::test_who_has_no_right_to_a_chart_does_not_learn_its_referrals_by_ending_them"),
    ("insider-fact-cut", "Cuts a team off a chart by ending its referral.", "src/app/record_facts.cc",
     "test_insiders.py::test_who_has_no_right_to_a_chart_does_not_cut_its_team_off[ended]"),
    ("insider-fact-deny", "Cuts a team off a chart by denying its referral.", "src/app/record_facts.cc",
     "test_insiders.py::test_who_has_no_right_to_a_chart_does_not_cut_its_team_off[denied]"),
    ("insider-fact-own", "Says oneself what others said, to be let end it.", "src/app/edges.cc",
     "test_insiders.py::test_saying_it_oneself_first_cuts_nobody_off[ended]"),
    ("insider-fact-hidden", "Tells a hidden patient from nobody by stating facts.", "src/app/record_facts.cc",
     "test_insiders.py::test_facts_tell_no_hidden_patient_from_nobody"),
    ("insider-fact-nobody", "Fills the vault and the ledger with facts about nobody.", "src/app/record_facts.cc",
     "test_insiders.py::test_facts_about_nobody_mint_no_keys"),
    ("insider-explain", "Asks as an officer why a patient's chart is shut to oneself.", "src/app/explain.cc",
     "test_insiders.py::test_an_officer_whom_a_patient_excluded_is_not_told_so[privacy-officer]"),
    ("insider-entries", "Reads the entries of a patient who excluded one, as an officer.", "src/in/api/ledger.cc",
     "test_insiders.py::test_an_officer_whom_a_patient_excluded_reads_no_entry_of_theirs"),
    ("insider-codes", "Compares the reference codes of a record and of its versions.", "src/in/fhir/instance.cc",
     "test_insiders.py::test_two_reference_codes_do_not_tell_what_is_there"),
    ("insider-justify", "Wipes the justification that one gave before.", "src/core/cases/case.cc",
     "test_insiders.py::test_a_justification_is_added_to_and_never_wiped"),
    ("insider-page-length", "Measures the link to the next page for what was withheld.", "src/in/fhir/page_token.cc",
     "test_oracles.py::test_the_length_of_a_page_link_tells_nothing_of_what_is_withheld[withheld0]"),
    ("insider-turns", "Takes every turn for whole charts and batches, so that none is left under glass.", "src/in/fhir/turns.h",
     "test_oracles.py::test_nobody_holds_every_turn_for_whole_charts"),
    ("insider-two-own", "Keeps a glass open beside a record of two own charts.", "src/app/access.cc",
     "test_oracles.py::test_a_record_of_two_own_charts_ends_the_glass_on_a_third"),
    ("insider-condition", "Sets a condition on a create, to be passed over.", "src/in/fhir/target.cc",
     "test_oracles.py::test_a_condition_on_a_create_is_refused_and_not_passed_over[condition0]"),
    ("insider-many-charts", "Names thousands of charts in the pages of one search.", "src/in/fhir/reads.cc",
     "test_oracles.py::test_one_search_writes_no_thousand_refusals"),
    ("insider-puppet-word", "Has an invented person say what opens a chart to whoever invented them.", "src/core/policy/walk.cc",
     "test_insiders.py::test_what_a_puppet_says_for_its_maker_is_the_makers_own_word"),
    ("insider-puppet-lifts", "Has an invented person lift the exclusion of whoever invented them.", "src/app/record_facts.cc",
     "test_insiders.py::test_a_puppet_lifts_no_exclusion_of_its_maker"),
    ("disk-vault-back", "Puts back the vault of before a password was renewed.", "src/in/api/secrets.h",
     "test_insiders.py::test_a_vault_put_back_alone_brings_no_old_password_back"),
    ("thief-code", "Uses a one-time code a second time.", "src/app/sessions.cc", "test_scenarios_glass.py::test_B01_a_code_is_good_once"),
    ("thief-guess", "Learns from a refusal which of name, password and code was wrong.", "src/in/api/sessions.cc",
     "test_scenarios_glass.py::test_B01_signing_in_takes_two_factors_and_one_text_for_every_cause"),
    ("network-old-tls", "Speaks an older TLS.", "src/in/http/transport.cc", "test_scenarios_endings.py::test_B07_older_tls_is_refused[TLSv1]"),
    ("network-plain", "Speaks without TLS.", "src/in/http/transport.cc", "test_scenarios_endings.py::test_B07_plain_http_is_not_spoken"),
    ("network-slow", "Sends sixty requests that never end.", "src/in/http/connection.cc", "test_bad_input.py::test_slow_clients_do_not_keep_others_waiting"),
    ("network-headers", "Sends ten thousand headers.", "src/in/http/request_parser.cc", "test_bad_input.py::test_ten_thousand_headers"),
    ("network-nobody", "Sends large bodies without a session.", "src/in/api/admit.cc", "test_bad_input.py::test_large_bodies_of_nobody_are_not_read[/fhir/Observation]"),
    ("disk-read", "Reads the disk for names of patients.", "src/app/journal.cc", "test_scenarios_endings.py::test_B07_no_patient_data_in_plain_text_on_disk"),
    ("disk-edit", "Edits an entry of the ledger.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_an_entry_edited"),
    ("disk-edit-hash", "Edits an entry and its hash.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_an_entry_edited_with_its_hash"),
    ("disk-delete", "Deletes an entry.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_an_entry_deleted"),
    ("disk-exchange", "Exchanges two entries.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_two_entries_exchanged"),
    ("disk-cut", "Cuts off the end of the ledger.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_the_end_cut_off"),
    ("disk-checkpoint", "Edits a checkpoint.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_a_checkpoint_edited"),
    ("disk-key", "Signs another history with another key.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_a_forged_key_is_not_believed"),
    ("disk-fork", "Shows two histories.", "src/cli/verify.cc", "test_scenarios_ledger.py::test_D11_a_fork"),
    ("disk-fails", "Makes the ledger's disk fail, so that nothing is written down.", "src/bin/writer_thread.cc",
     "test_scenarios_faults.py::test_D10_nothing_leaves_while_the_ledger_cannot_be_written"),
    ("clock-back", "Sets the clock back to keep a glass open.", "src/core/glass/glass.h",
     "test_scenarios_faults.py::test_D13_no_glass_lives_longer_when_the_clock_jumps[-1]"),
    ("clock-ahead", "Sets the clock ahead to keep a glass open.", "src/core/glass/glass.h",
     "test_scenarios_faults.py::test_D13_no_glass_lives_longer_when_the_clock_jumps[1]"),
]


# Who says who somebody is, and what they show.
IDENTITY = [
    ("token-stolen", "Shows a credential for a glass without its key.", "src/in/api/tokens.cc", "test_glass_tokens.py::test_B02_a_stolen_credential_is_nothing_without_its_key"),
    ("token-unbound", "Asks for a credential and shows no key.", "src/in/api/tokens.cc", "test_glass_tokens.py::test_B02_without_a_key_there_is_no_credential"),
    *[(f"token-{how}", what, "src/in/api/tokens.cc", f"test_glass_tokens.py::test_B02_one_that_was_tampered_with_is_refused[{how}]") for how, what in (
        ("altered", "Writes another patient into a credential."), ("expired", "Shows one whose time is over."),
        ("wrong-audience", "Shows one that is for somebody else."), ("alg-none", "Shows one that nobody signed."),
        ("wrong-key", "Signs one with another key."), ("another-issuer", "Signs one as another issuer."),
        ("shared-secret", "Takes the published key for a shared secret."), ("another-type", "Shows a token of another kind."))],
    ("token-after", "Shows a credential after its glass was closed.", "src/app/glass_tokens.cc", "test_glass_tokens.py::test_B03_the_credential_ends_with_its_glass[closed]"),
    *[(f"provider-{how}", what, "src/core/identity/id_token.cc" if how not in ("none", "hmac", "key", "signature") else "src/core/identity/jose.cc",
       f"test_identity_provider.py::test_B01_a_token_that_no_provider_should_sign_opens_nothing[{how}]") for how, what in (
        ("audience", "Comes back with an ID token for another client."), ("issuer", "Comes back with one of another issuer."),
        ("nonce", "Comes back with one of another sign-in."), ("expired", "Comes back with one that is over."),
        ("none", "Comes back with one that nobody signed."), ("hmac", "Signs one with what everybody knows."),
        ("key", "Signs one with another key."), ("signature", "Cuts the signature."))],
    ("provider-name", "Takes a name at the provider that somebody else had.", "src/app/providers.cc", "test_identity_provider.py::test_B01_another_subject_by_the_same_name_is_nobody"),
    ("provider-factor", "Signs in there with one factor.", "src/app/providers.cc",
     "test_identity_provider.py::test_B01_one_factor_or_nobody_or_a_wrong_password_opens_nothing"),
    ("provider-logout", "Forges a logout to throw somebody out.", "src/core/identity/id_token.cc",
     "test_identity_provider.py::test_B03_a_logout_that_no_provider_should_sign_ends_nothing[signature]"),
    ("scim-takes-over", "Enrols somebody who is enrolled here, to be them.", "src/app/provisioning.cc",
     "test_provisioning.py::test_nobody_who_was_enrolled_here_is_taken_over"),
    ("scim-group", "Names a group as a role.", "src/app/given_roles.cc", "test_provisioning.py::test_a_group_gives_only_what_the_policy_says"),
    ("admin-alone", "Gives a role that breaks glass, as one administrator.", "src/app/acts.cc", "test_two_people.py::test_a_person_with_a_role_that_breaks_glass"),
    ("admin-reset", "Resets a password to be its person, as one administrator.", "src/app/acts.cc", "test_two_people.py::test_a_reset_password"),
    ("admin-first", "Makes a first password for somebody who has not come in yet, to be them, as one administrator.", "src/app/people.cc",
     "test_two_people.py::test_a_first_factor_of_whose_role_opens_doors"),
    ("scim-name", "Gives another system's clinician's name to somebody, so that neither can sign in.", "src/app/provisioning.cc",
     "test_provisioning.py::test_nobody_is_called_what_another_system_or_somebodys_id_says"),
    ("scim-circle", "Sends a request that takes half an hour to sort out.", "src/in/scim/bulk.cc",
     "test_provisioning.py::test_bulk_of_many_who_all_name_one_another_is_done"),
    ("directory-lock", "Guesses at a password here until the directory locks the account for the whole hospital.", "src/app/sessions.cc",
     "test_directory.py::test_A09_guesses_through_us_do_not_lock_the_account_there"),
    ("receiver-forged", "Changes an event on its way to a receiver.", "src/in/api/tokens.cc",
     "test_receivers.py::test_B03_who_takes_events_is_told_when_a_glass_is_closed_and_by_whose_key"),
]


def sections():
    """Heading, and rows of id, attack, what stops it, test."""
    out = [(heading, [(a.id if test != ANSWER and test != SLOW else f"answer-{a.id}", a.what, a.stops, f"tests/{test}[{a.id}]") for a in attacks])
           for heading, test, attacks in LISTS]
    return out + [("In several steps", [(*row[:3], f"tests/{row[3]}") for row in STEPS]), ("Credentials, and who says who somebody is", [(*row[:3], f"tests/{row[3]}") for row in IDENTITY]),
                  ("People, networks, disks", [(*row[:3], f"tests/{row[3]}") for row in PEOPLE])]


def table():
    lines = [BEGIN, ""]
    for heading, rows in sections():
        lines += [f"### {heading}", "", "| id | attack | what stops it | test |", "|---|---|---|---|"]
        lines += [f"| {name} | {what} | `{stops}` | `{test}` |" for name, what, stops, test in rows]
        lines.append("")
    return "\n".join([*lines, END])


def written(text):
    before, _, rest = text.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    if "--write" not in sys.argv:
        sys.exit("usage: threat_table.py --write")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
