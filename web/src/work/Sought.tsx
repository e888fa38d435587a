// Sought.tsx - what was said to be sought, beside what was actually opened.

import { Details } from "nhsuk-react-components";
import type { CaseDetail } from "../api/types";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { sums, type Access } from "./history";

const words = texts.work.case;

function Said({ held }: { held: CaseDetail }) {
  const glass = held.glass_detail;
  const details = glass?.details ?? [];
  const owed = glass?.details_owed ?? [];
  const nothing = details.length === 0 && held.justification === null;
  return (
    <section className="h-card" aria-labelledby="sought">
      <h2 className="nhsuk-heading-s" id="sought">
        {held.patient ? words.sought : words.justification}
      </h2>
      {glass ? (
        <p>
          <strong dir="auto">{glass.label}</strong>
        </p>
      ) : null}
      {glass?.unsure ? <p className="h-note">{words.unsure}</p> : null}
      <dl className="h-asked">
        {details.map((detail, index) => (
          <div key={index}>
            <dt dir="auto">{detail.prompt}</dt>
            <dd dir="auto">{detail.answer}</dd>
          </div>
        ))}
        {held.justification ? (
          <div>
            {held.patient ? <dt>{words.justification}</dt> : null}
            <dd dir="auto">{held.justification.text}</dd>
          </div>
        ) : null}
      </dl>
      {nothing ? <p>{words.soughtNone}</p> : null}
      {owed.map((each) => (
        <p className="h-note" key={each.due}>
          {words.owed}: <span dir="auto">{each.prompts.join(" ")}</span> (<Moment at={each.due} />)
        </p>
      ))}
    </section>
  );
}

function outcomeText(outcome: Access["outcome"]): string {
  return words.outcomes[outcome ?? "none"];
}

function EachAccess({ accesses }: { accesses: Access[] }) {
  return (
    <div className="h-scroll" tabIndex={0} role="region" aria-label={words.accesses(accesses.length)}>
      <table className="h-table">
        <thead>
          <tr>
            <th scope="col">{words.at}</th>
            <th scope="col">{words.action}</th>
            <th scope="col">{words.type}</th>
            <th scope="col">{words.outcome}</th>
            <th scope="col">{words.records}</th>
          </tr>
        </thead>
        <tbody>
          {accesses.map((access) => (
            <tr key={access.index}>
              <td>
                <Moment at={access.at} />
              </td>
              <td>{words.actions[access.action]}</td>
              <td>{access.types.length === 0 ? words.chart : access.types.join(", ")}</td>
              <td>{outcomeText(access.outcome)}</td>
              <td>{access.resources}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Opened({ held }: { held: CaseDetail }) {
  const { accesses } = held;
  const types = sums(accesses);
  const most = Math.max(1, ...types.map((each) => each.records));
  return (
    <section className="h-card" aria-labelledby="opened">
      <h2 className="nhsuk-heading-s" id="opened">
        {words.opened}
      </h2>
      {held.accesses_complete ? null : <p className="h-note">{words.incomplete}</p>}
      {accesses.length === 0 ? <p>{words.openedNone}</p> : null}
      <ul className="h-sums">
        {types.map((each) => (
          <li key={each.type}>
            <span className="h-sum-type">{each.type === "" ? words.chart : each.type}</span>
            <span className="h-sum-count">{words.sum(each.times, each.records)}</span>
            <span className="h-sum-bar" aria-hidden="true" style={{ width: `${String((each.records / most) * 100)}%` }} />
            <span className="h-quiet">
              <Moment at={each.first} shape="time" />
              {each.last === each.first ? null : (
                <>
                  {" – "}
                  <Moment at={each.last} shape="time" />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {accesses.length > 0 ? (
        <Details>
          <Details.Summary>{words.accesses(accesses.length)}</Details.Summary>
          <Details.Text>
            <EachAccess accesses={accesses} />
          </Details.Text>
        </Details>
      ) : null}
    </section>
  );
}

export function Sought({ held }: { held: CaseDetail }) {
  // Nobody was asked what they sought where it is about no chart.
  const said = held.patient || held.justification !== null;
  const opened = held.patient || held.accesses.length > 0;
  if (!said && !opened) return null;
  return (
    <div className="h-beside">
      {said ? <Said held={held} /> : null}
      {opened ? <Opened held={held} /> : null}
    </div>
  );
}
