// Why.tsx - why something is so: a decision taken apart, and what a reference code stands for.

import { texts } from "../texts";
import { CodeLookup } from "./CodeLookup";
import { Explain } from "./Explain";
import type { InForce } from "./queries";

const say = texts.policy.why;

export function Why({ policy, onPlace }: { policy: InForce; onPlace: (line: number) => void }) {
  return (
    <>
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
    </>
  );
}
