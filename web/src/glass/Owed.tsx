// Owed.tsx - details that are owed for a glass broken in a hurry: how long is left, and giving them.
//
//   <Owed />      every glass that owes something, for the page of one's work
//   <OwedBar />   one quiet line round every page while something is owed
//
// Nothing here ever stands in the way of a chart.

import { useState } from "react";
import type { Session } from "../api/types";
import { known } from "../parts/known";
import { left, useMoment, useNow } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { OwedDialog } from "./OwedDialog";

export type Debt = Session["owed"][number];

/** What is due first stands first. */
function useDebts(): Debt[] {
  const { owed } = useSession();
  return [...owed].sort((a, b) => Date.parse(a.due) - Date.parse(b.due));
}

/** The dialog, and what was typed in it, also after it was closed without sending. */
function useGiving(debts: Debt[]) {
  const [glass, setGlass] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<Record<string, Record<string, string>>>({});
  const debt = debts.find((each) => each.glass === glass);
  return {
    give: (of: Debt) => setGlass(of.glass),
    dialog: debt ? (
      <OwedDialog
        key={debt.glass}
        debt={debt}
        answers={known(drafts, debt.glass) ?? {}}
        onAnswers={(answers) => setDrafts((before) => ({ ...before, [debt.glass]: answers }))}
        onClose={() => setGlass(null)}
      />
    ) : null,
  };
}

export function Clock({ due }: { due: string }) {
  const now = useNow();
  const until = Date.parse(due);
  return until <= now ? (
    <span className="h-tag bad">{texts.glass.owed.late}</span>
  ) : (
    <span className="h-tag warn" role="timer">
      {texts.glass.owed.left(left(until, now))}
    </span>
  );
}

export function Owed() {
  const { owed } = texts.glass;
  const debts = useDebts();
  const { give, dialog } = useGiving(debts);
  const moment = useMoment();
  return (
    <section aria-label={owed.title} className="h-owed">
      <h2 className="nhsuk-heading-m">{owed.title}</h2>
      {debts.length === 0 ? <p className="h-quiet">{owed.none}</p> : null}
      <Uncovered>
        <ul>
          {debts.map((debt) => (
            <li key={debt.glass} className="h-card">
              <p className="h-owed-head">
                <strong>{owed.patient(debt.patient)}</strong> <Clock due={debt.due} />
                <span className="h-quiet">{owed.dueAt(moment(debt.due, "time"))}</span>
              </p>
              <ul className="h-owed-prompts">
                {debt.prompts.map((prompt) => (
                  <li key={prompt}>{prompt}</li>
                ))}
              </ul>
              <button
                type="button"
                className="nhsuk-button nhsuk-button--secondary h-button-small"
                aria-label={owed.giveFor(debt.patient)}
                onClick={() => give(debt)}
              >
                {owed.give}
              </button>
            </li>
          ))}
        </ul>
      </Uncovered>
      {dialog}
    </section>
  );
}

export function OwedBar() {
  const { owed } = texts.glass;
  const debts = useDebts();
  const { give, dialog } = useGiving(debts);
  const [first] = debts;
  if (first === undefined) return null;
  return (
    <section aria-label={owed.reminder} className="h-owed-bar">
      <p>{owed.bar(debts.length)}</p>
      <Clock due={first.due} />
      <button type="button" className="h-link-button" onClick={() => give(first)}>
        {owed.give}
      </button>
      {dialog}
    </section>
  );
}
