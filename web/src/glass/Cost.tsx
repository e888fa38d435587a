// Cost.tsx - what it means to break the glass, said before it is done; and how long it lasts.

import type { Grant } from "../api/types";
import { texts } from "../texts";
import { useDuration } from "./words";

/** Of the chosen reason; of all of them while none is chosen. */
export function Cost({ grants, chosen }: { grants: Grant[]; chosen: Grant | null }) {
  const duration = useDuration();
  const { costs } = texts.glass;
  const reviewed = (chosen === null ? grants : [chosen]).every((grant) => grant.bill.review);
  return (
    <section className="h-cost" aria-label={texts.glass.cost}>
      <h3 className="nhsuk-heading-xs">{texts.glass.cost}</h3>
      <ul>
        <li>{costs.written}</li>
        {reviewed ? <li>{costs.reviewed}</li> : null}
        <li>{costs.patient}</li>
        {chosen?.bill.owed_prompts.flatMap(({ prompts, within_seconds }) =>
          prompts.map((prompt) => <li key={prompt}>{costs.owed(duration(within_seconds), prompt)}</li>),
        )}
        {chosen?.bill.notices.map((notice) => <li key={notice}>{notice}</li>)}
        {chosen ? <li>{costs.lasts(duration(chosen.lasts_seconds), duration(chosen.idle_seconds))}</li> : null}
      </ul>
    </section>
  );
}
