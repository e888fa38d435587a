// Cards.tsx - drawers of emergency cards: how many are ready, and what became of each.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import type { Schemas } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { cardProblem, usePeopleActions } from "./actions";
import { Assign, Count, Make } from "./CardDialogs";
import { useNameOf } from "./queries";

const say = texts.people.cards;
export type Drawer = Schemas["Drawer"];
export type Card = Drawer["cards"][number];

export function Cards() {
  const drawers = useQuery({ queryKey: ["people", "drawers"], queryFn: () => told(api.GET("/api/v1/drawers")), retry: false });
  if (drawers.isPending) return <Loading />;
  if (isProblem(drawers.error, "role-needed")) return null; // who keeps no drawer
  if (drawers.data === undefined) return <ProblemMessage error={drawers.error} retry={() => void drawers.refetch()} />;
  return (
    <>
      <p>{say.what}</p>
      {drawers.data.length === 0 ? <p className="h-note">{say.none}</p> : null}
      {drawers.data.map((each) => (
        <OneDrawer key={each.drawer} drawer={each} />
      ))}
    </>
  );
}

function lasts(seconds: number): string {
  return seconds % 3600 === 0 ? say.hours(seconds / 3600) : say.minutes(Math.round(seconds / 60));
}

type Doing = { is: "make" } | { is: "count" } | { is: "retire"; card: Card } | { is: "assign"; card: Card };

function OneDrawer({ drawer }: { drawer: Drawer }) {
  const administrator = useHasRole("administrator");
  const oversees = useHasRole("administrator", "privacy-officer");
  const moment = useMoment();
  const nameOf = useNameOf();
  const { retireCard } = usePeopleActions();
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  const used = drawer.cards.filter((card) => card.stage === "used").length;
  const asked = drawer.cards.filter((card) => card.stage === "used" && card.assigned_to === null).length;
  return (
    <section className="h-drawer" aria-label={drawer.label}>
      <h2 className="nhsuk-heading-s" dir="auto">
        {drawer.label}
      </h2>
      <p>
        <span className={`h-tag ${drawer.sealed > 0 ? "good" : "bad"}`}>{say.ready(drawer.sealed)}</span>{" "}
        {drawer.made > 0 ? <span className="h-tag warn">{say.uncounted(drawer.made)}</span> : null}{" "}
        {used > 0 ? <span className="h-tag">{say.usedUp(used)}</span> : null}{" "}
        {asked > 0 ? <span className="h-tag bad">{say.whose(asked)}</span> : null}{" "}
        <span className="h-quiet">
          {drawer.counted_at === null ? say.neverCounted : say.counted(moment(drawer.counted_at), nameOf(drawer.counted_by) ?? "")}
        </span>
      </p>
      {drawer.in_policy ? (
        <p className="h-quiet">{say.gives(drawer.roles.join(", "), drawer.place.join(", "), lasts(drawer.session_seconds))}</p>
      ) : (
        <p className="h-note">{say.notInPolicy}</p>
      )}
      <div className="h-buttons">
        {administrator && drawer.in_policy ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setDoing({ is: "make" })}>
            {say.make}
          </button>
        ) : null}
        {drawer.made + drawer.sealed > 0 && drawer.in_policy ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setDoing({ is: "count" })}>
            {say.count}
          </button>
        ) : null}
      </div>
      <ul className="h-roster h-drawer-cards">
        {drawer.cards.map((card) => (
          <li key={card.card}>
            <strong>{say.number(card.number)}</strong>
            <span className="h-quiet">{say.id(card.card)}</span>
            <span>
              {card.used_at === null
                ? say.stages[card.stage]
                : say.used(moment(card.used_at), card.terminal ?? "", card.charts)}{" "}
              {card.assigned_to === null ? null : <strong>{say.by(nameOf(card.assigned_to) ?? "")}</strong>}
              {card.stage === "used" && card.assigned_to === null ? <span className="h-tag bad">{say.unassigned}</span> : null}
            </span>
            <span>
              {card.stage === "used" && (card.assigned_to === null || oversees) ? (
                <button type="button" className="h-link-button" onClick={() => setDoing({ is: "assign", card })}>
                  {card.assigned_to === null ? say.assign : say.assignAnew}
                  <span className="nhsuk-u-visually-hidden"> {say.number(card.number)}</span>
                </button>
              ) : null}
              {["made", "sealed", "drawn"].includes(card.stage) ? (
                <button type="button" className="h-link-button" onClick={() => setDoing({ is: "retire", card })}>
                  {say.retire}
                  <span className="nhsuk-u-visually-hidden"> {say.number(card.number)}</span>
                </button>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
      {doing?.is === "make" ? <Make drawer={drawer} onClose={close} /> : null}
      {doing?.is === "count" ? <Count drawer={drawer} onClose={close} /> : null}
      {doing?.is === "assign" ? <Assign card={doing.card} onClose={close} /> : null}
      {doing?.is === "retire" ? (
        <Confirm
          title={say.retireTitle(doing.card.number)}
          does={say.retire}
          onDo={() => retireCard(doing.card.card)}
          onClose={close}
          problem={cardProblem}
        >
          <p>{say.retireMeans}</p>
        </Confirm>
      ) : null}
    </section>
  );
}
