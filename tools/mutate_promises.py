#!/usr/bin/python3
"""Takes what holds a promise out of the shipped program, one thing at a time; the simulator must break.

    tools/mutate_promises.py              every mutant
    tools/mutate_promises.py --only A,B   these
    tools/mutate_promises.py --list       their names

Each mutant is a mistake that somebody could make, with the promises (spec/promises.md) of which one
must be seen broken within 200 seeds. Prints the seed that shows it. Exit code 1 where a mutant lives,
or its text is no longer in the tree. Works in its own folder; the tree is never changed.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from mutation import ROOT, MutantProgram, ready

SEEDS, STEPS = 200, 250


class Mutant(NamedTuple):
    name: str
    breaks: str  # promises, or "MUST" where the program stops itself
    file: str
    old: str
    new: str


MUTANTS = [
    Mutant("release-before-commit", "P1", "src/app/journal.cc",
           "  std::span<const Bytes> left{pending_};",
           "  if (pending_.size() < 3) return Durable{next()};\n  std::span<const Bytes> left{pending_};"),
    Mutant("failed-append-is-success", "P1 P5", "src/app/journal.cc",
           "    if (!appended) {\n      failed_ = true;\n      return appended.fault();\n    }", "    (void)appended;"),
    Mutant("screens-told-before-commit", "P1", "src/app/house.h",
           "    news_.push_back({.entry = state_.entries - 1, .what = std::move(what)});",
           "    durable_news_.push_back({.entry = state_.entries - 1, .what = std::move(what)});"),
    Mutant("screens-told-of-a-failed-batch", "P1", "src/app/house.cc",
           "    news_.clear();  // of these nobody is told\n", "    durable_news_ = std::exchange(news_, {});\n"),
    Mutant("chain-not-carried-on", "P5 MUST", "src/app/journal.cc", "    chain->previous = pending_leaves_.back();\n", ""),
    Mutant("entry-that-was-not-applied", "P5 MUST", "src/app/house.cc", "  state_.apply(*index, now, spelled.body);",
           "  if (!std::holds_alternative<facts::CaseOverdue>(spelled.body.fact)) state_.apply(*index, now, spelled.body);"),
    Mutant("other-time-than-written", "P5", "src/app/house.cc", "  state_.apply(*index, now, spelled.body);",
           "  state_.apply(*index, {.wall = now.wall + Millis{1}, .boot = now.boot}, spelled.body);"),
    Mutant("clock-as-it-is", "MUST", "src/app/house.cc", "  now.wall = std::max(now.wall, journal_.last_at());\n", ""),
    Mutant("time-not-kept", "P2", "src/app/house.cc", "    note_all(endings_due(state_, now), now);\n", ""),
    Mutant("endings-not-awaited", "P2", "src/app/house.cc",
           "  next_ending_ = glass::earlier(next_ending_, ending_of(state_, spelled.body.fact, now));\n", ""),
    Mutant("boot-half-not-awaited", "P2", "src/app/keep_time.cc",
           "span.count() == 0 ? idle : glass::earlier(idle, glass::in(now, span))", "span.count() < 0 ? glass::in(now, span) : idle"),
    Mutant("streams-not-judged-again", "P2", "src/app/house.cc",
           "    if (!still) running->cut.store(true, std::memory_order_release);\n", ""),
    Mutant("streams-left-behind", "P2", "src/app/house.cc",
           "    if (const auto running = each.lock()) running->cut.store(true, std::memory_order_release);\n", "    (void)each;\n"),
    Mutant("streams-judged-late", "P2", "src/app/house.cc", "  if (due || state_.rights_epoch != rights_seen_) recheck_rights(now);",
           "  if (due) recheck_rights(now);"),
    Mutant("ended-glass-judges-nothing", "P2", "src/app/state.cc",
           "  ++rights_epoch;  // what began on another right may rest on this glass by now\n", ""),
    Mutant("keys-ignored", "P7", "src/app/break_glass.cc", "!context.idempotency.empty() && made !=", "false && made !="),
    Mutant("keys-forgotten", "P7", "src/app/state.cc", "each.second.at + made_kept < at.wall", "each.second.at <= at.wall"),
    Mutant("case-after-its-glass", "P3", "src/app/break_glass.cc",
           "  if (opened_case) context.note(std::move(*opened_case));\n  done.entry = context.note(std::move(fact));",
           "  done.entry = context.note(std::move(fact));\n  if (opened_case) context.note(std::move(*opened_case));"),
    Mutant("no-case", "P3", "src/app/break_glass.cc", "  if (opened_case) context.note(std::move(*opened_case));\n", ""),
    Mutant("details-not-asked", "P11", "src/app/break_glass.cc",
           "  out.missing = unanswered(grant.bill.prompts, command.details);\n", ""),
    Mutant("focus-ends-nothing", "P2", "src/app/access.cc",
           "{}, context.now))\n      context.note(std::move(*ended));\n  }\n  if (session.focus", "{}, context.now)) (void)ended;\n  }\n  if (session.focus"),
    Mutant("intent-not-written", "P1", "src/app/access.cc", "context.note(intent_of(*session, command, group, context));",
           "context.state.entries + context.noted.size();"),
    Mutant("intent-without-basis", "P1", "src/app/access.cc", "  fact.basis = group.grant->rule;\n", ""),
    Mutant("password-not-asked", "P11", "src/app/sessions.cc", '  if (!command.password_matched) return "password";\n', ""),
    Mutant("glass-never-over", "P2", "src/core/glass/glass.cc", "void apply_ended(Glass& glass, const facts::GlassEnded& fact) {\n",
           "void apply_ended(Glass& glass, const facts::GlassEnded& fact) {\n  if (fact.by != facts::EndedBy::expired) return;\n"),
    Mutant("glass-renewed-by-use", "P8", "src/core/glass/glass.cc", "  ++glass.releases;\n",
           "  ++glass.releases;\n  open->until = in(at, Millis{3'600'000});\n"),
    Mutant("boot-half-never-set", "P8", "src/core/glass/glass.cc", ".boot = at.boot + (fact.until - at.wall)};", ".boot = Millis::max()};"),
    Mutant("switch-not-thrown", "P2", "src/app/state.cc", "    over->second->store(true);\n    glass_over.erase(over);", "    glass_over.erase(over);"),
    Mutant("own-case-closed", "P9", "src/core/cases/case.cc",
           "  if (held.staff == who) return Refusal::self_review;  // first: no role makes it right\n", ""),
    Mutant("lateness-not-said", "P3", "src/app/house.cc", "  note_all(late_cases(state_, now), now);\n", ""),
    Mutant("lateness-not-filed-again", "P3", "src/app/state.cc",
           "  cases::apply_reopened(held->second, f, at.wall);\n  keep_unclosed(held->second);\n",
           "  cases::apply_reopened(held->second, f, at.wall);\n"),
    Mutant("locked-session-reads", "P2", "src/app/access.cc", "  return session == nullptr || session->locked ? nullptr : session;",
           "  return session;"),
    Mutant("lock-cuts-nothing", "P2", "src/app/state.cc", "  session->second.out_of_sight->store(true);\n", ""),
    Mutant("fate-not-said", "P1", "src/app/keep_time.cc", "    out.emplace_back(std::move(fact));\n  }\n  return out;", "  }\n  return out;"),
    Mutant("deny-passed-over", "P6", "src/core/policy/decide.cc", "    if (bite == Truth::no) continue;\n", "    continue;\n"),
]


def seen_broken(program):
    """What the simulator says of this program: (promise or MUST, its line), or nothing."""
    run = subprocess.run([program, "--seed", "1", "--seeds", str(SEEDS), "--steps", str(STEPS)], text=True,
                         capture_output=True, check=False, timeout=500)
    if run.returncode == 0:
        return None
    said = re.search(r"seed \d+ broke (P\d+).*", run.stdout)
    return (said[1], said[0]) if said else ("MUST", run.stderr.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build" / "mutate"))
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{m.name}: {m.breaks}" for m in MUTANTS))
        return 0
    wanted = [m for m in MUTANTS if not options.only or m.name in options.only.split(",")]
    build = pathlib.Path(options.build).resolve()
    ready(build, "halligan-sim")

    def verdict(mutant):
        file, start = ROOT / mutant.file, time.monotonic()
        text = file.read_text()
        if text.count(mutant.old) != 1:
            return f"its text is {text.count(mutant.old)} times in {mutant.file}", False
        with tempfile.TemporaryDirectory() as folder:
            program = MutantProgram(build, file, "halligan-sim").make(text.replace(mutant.old, mutant.new), pathlib.Path(folder))
            if program is None:
                return "does not compile", False
            seen = seen_broken(program)
        if seen is None:
            return f"LIVES: {SEEDS} seeds and no promise broken", False
        return f"{seen[1]}  ({time.monotonic() - start:.0f} s)", seen[0] in mutant.breaks.split()

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, (said, well) in zip(wanted, pool.map(verdict, wanted)):
            failed += not well
            print(f"{mutant.name}: {'' if well else f'wanted {mutant.breaks}: '}{said}", flush=True)
    print(f"{len(wanted)} mutants, {failed} not seen as they should be")
    return 1 if failed or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
