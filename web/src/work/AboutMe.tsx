// AboutMe.tsx - open cases about oneself: what they are about, and saying why. Nobody closes their own.

import { useState } from "react";
import { Link } from "react-router";
import type { Case } from "../api/types";
import { useMoment, useNow } from "../parts/time";
import { texts } from "../texts";
import { Justify } from "./Justify";
import { kindText, Marks } from "./marks";

const words = texts.work.about;

function One({ held }: { held: Case }) {
  const moment = useMoment();
  const now = useNow(60_000);
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <li className="h-card h-about">
      <p className="h-about-what">
        <Link to={`/work/${held.case}`}>{words.open(kindText(held.kind), held.patient)}</Link>
        <span className="h-quiet">{moment(held.opened_at)}</span>
        <Marks held={held} now={now} />
      </p>
      {held.patient ? null : <p dir="auto">{held.cause}</p>}
      {held.justification ? (
        <blockquote className="h-said">
          <p className="h-quiet">{words.justified(moment(held.justification.at))}</p>
          <p dir="auto">{held.justification.text}</p>
        </blockquote>
      ) : null}
      <p role="status" className="h-quiet">
        {done ? texts.work.justify.done : ""}
      </p>
      {asked ? (
        <Justify
          held={held}
          onDone={(_, all) => {
            setAsked(!all);
            setDone(all);
          }}
        />
      ) : (
        <button
          type="button"
          className="nhsuk-button nhsuk-button--secondary h-button-small"
          onClick={() => {
            setAsked(true);
            setDone(false);
          }}
        >
          {held.justification ? texts.work.justify.again : texts.work.justify.title}
        </button>
      )}
    </li>
  );
}

export function AboutMe({ own }: { own: Case[] }) {
  if (own.length === 0) return null;
  return (
    <section aria-labelledby="about-me">
      <h2 className="nhsuk-heading-m" id="about-me">
        {words.title}
      </h2>
      <p className="h-quiet">{words.why}</p>
      <ul className="h-plain-list">
        {own.map((held) => (
          <One key={held.case} held={held} />
        ))}
      </ul>
    </section>
  );
}
