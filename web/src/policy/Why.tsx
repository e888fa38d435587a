// Why.tsx - why something is so: a decision taken apart, and what a reference code stands for. Either may be of a patient: on
// paper it is not, as it is written down nowhere that it was printed.

import { texts } from "../texts";
import { CodeLookup } from "./CodeLookup";
import { Explain } from "./Explain";
import type { InForce } from "./queries";

const say = texts.policy.why;

export function Why({ policy, onPlace }: { policy: InForce; onPlace: (line: number) => void }) {
  return (
    <>
      <p className="h-unrecorded">{texts.paper}</p>
      <div className="of-patients">
        <section className="h-card" aria-labelledby="why-explain">
          <h2 className="nhsuk-heading-m" id="why-explain">
            {say.title}
          </h2>
          <Explain policy={policy} onPlace={onPlace} />
        </section>
        <section className="h-card" aria-labelledby="why-code">
          <h2 className="nhsuk-heading-m" id="why-code">
            {say.codeTitle}
          </h2>
          <CodeLookup />
        </section>
      </div>
    </>
  );
}
