// Cards.tsx - drawers of emergency cards: how many are ready, making them, counting seals, saying who used one.

import { useQuery } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import type { Schemas } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { Dialog } from "../parts/Dialog";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { wrongIf } from "../parts/wrong";
import { ProofDeclined } from "../session/proof";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { peopleProblem, usePeopleActions } from "./actions";
import { useNameOf } from "./queries";

const say = texts.people.cards;
type Drawer = Schemas["Drawer"];
type Card = Drawer["cards"][number];

export function Cards() {
  const drawers = useQuery({ queryKey: ["people", "drawers"], queryFn: () => told(api.GET("/api/v1/drawers")) });
  if (drawers.isPending) return <Loading />;
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

type Doing = { is: "make" } | { is: "count" } | { is: "retire"; card: Card } | { is: "assign"; card: Card };

function OneDrawer({ drawer }: { drawer: Drawer }) {
  const administrator = useHasRole("administrator");
  const moment = useMoment();
  const nameOf = useNameOf();
  const { retireCard } = usePeopleActions();
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  return (
    <section className="h-drawer" aria-label={drawer.label}>
      <h2 className="nhsuk-heading-s" dir="auto">
        {drawer.label}
      </h2>
      <p>
        <span className={`h-tag ${drawer.sealed > 0 ? "good" : "bad"}`}>{say.ready(drawer.sealed)}</span>{" "}
        {drawer.made > 0 ? <span className="h-tag">{say.uncounted(drawer.made)}</span> : null}{" "}
        <span className="h-quiet">
          {drawer.counted_at === null ? say.neverCounted : say.counted(moment(drawer.counted_at), nameOf(drawer.counted_by) ?? "")}
        </span>
      </p>
      {drawer.in_policy ? (
        <p className="h-quiet">{say.gives(drawer.roles.join(", "), drawer.place.join(", "))}</p>
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
      <ul className="h-roster h-cards">
        {drawer.cards.map((card) => (
          <li key={card.card}>
            <strong>{say.number(card.number)}</strong>
            <span className="h-quiet">{card.card}</span>
            <span>
              {card.used_at === null
                ? say.stages[card.stage]
                : say.used(moment(card.used_at), card.terminal ?? "", card.charts)}{" "}
              {card.assigned_to === null ? null : <strong>{say.by(nameOf(card.assigned_to) ?? "")}</strong>}
              {card.stage === "used" && card.assigned_to === null ? <span className="h-tag bad">{say.unassigned}</span> : null}
            </span>
            <span>
              {card.stage === "used" ? (
                <button type="button" className="h-link-button" onClick={() => setDoing({ is: "assign", card })}>
                  {say.assign}
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
          problem={peopleProblem}
        >
          <p>{say.retireMeans}</p>
        </Confirm>
      ) : null}
    </section>
  );
}

/** What goes wrong with one of these is said in its dialog; somebody who would not prove who they are is not wrong. */
function useDoing() {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (action: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ProofDeclined)) setWrong(peopleProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const said =
    wrong === "" ? null : (
      <p className="h-problem" role="alert">
        {wrong}
      </p>
    );
  return { run, said, setWrong };
}

function pdf(base64: string): string {
  const octets = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([octets], { type: "application/pdf" }));
}

function Make({ drawer, onClose }: { drawer: Drawer; onClose: () => void }) {
  const { makeCards } = usePeopleActions();
  const { run, said } = useDoing();
  const [count, setCount] = useState("10");
  const [made, setMade] = useState<{ cards: string; pins: string; many: number } | null>(null);
  const number = /^\d{1,3}$/.test(count) ? Number(count) : 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (number < 1 || number > 100) return;
    void run(async () => {
      const answer = await makeCards(drawer.drawer, number);
      setMade({ cards: pdf(answer.cards_pdf ?? ""), pins: pdf(answer.pins_pdf ?? ""), many: answer.cards.length });
    });
  };
  const done = () => {
    if (made !== null) for (const each of [made.cards, made.pins]) URL.revokeObjectURL(each);
    onClose();
  };
  return (
    <Dialog title={say.makeTitle(drawer.label)} onClose={done} dismissible={made === null}>
      {made === null ? (
        <form onSubmit={submit} noValidate>
          <p>{say.makeMeans}</p>
          {said}
          <TextInput
            id="cards-count"
            label={say.howMany}
            value={count}
            onChange={(event) => setCount(event.target.value)}
            inputMode="numeric"
            width="3"
            maxLength={3}
            {...wrongIf(number < 1 || number > 100 ? say.howManyRule : "")}
          />
          <Button type="submit">{say.make}</Button>
        </form>
      ) : (
        <>
          <p>{say.madeOnce(made.many)}</p>
          <ul>
            <li>
              <a href={made.cards} download={`${drawer.drawer}-cards.pdf`}>
                {say.cardsPdf}
              </a>
            </li>
            <li>
              <a href={made.pins} download={`${drawer.drawer}-pins.pdf`}>
                {say.pinsPdf}
              </a>
            </li>
          </ul>
          <p>{say.apart}</p>
          <button type="button" className="nhsuk-button h-button-small" onClick={done}>
            {say.printed}
          </button>
        </>
      )}
    </Dialog>
  );
}

function Count({ drawer, onClose }: { drawer: Drawer; onClose: () => void }) {
  const { countDrawer } = usePeopleActions();
  const { run, said } = useDoing();
  const there = drawer.cards.filter((card) => card.stage === "made" || card.stage === "sealed");
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  const missing = there.filter((card) => card.stage === "sealed" && !whole.has(card.number)).map((card) => card.number);
  const turn = (number: number) =>
    setWhole((before) => {
      const after = new Set(before);
      if (!after.delete(number)) after.add(number);
      return after;
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await countDrawer(drawer.drawer, [...whole]);
      onClose();
    });
  };
  return (
    <Dialog title={say.countTitle(drawer.label)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.countMeans}</p>
        {said}
        <fieldset className="nhsuk-fieldset">
          <legend className="nhsuk-fieldset__legend">{say.sealsWhole}</legend>
          <ul className="h-count">
            {there.map((card) => (
              <li key={card.card}>
                <label>
                  <input type="checkbox" checked={whole.has(card.number)} onChange={() => turn(card.number)} /> {card.number}
                </label>
              </li>
            ))}
          </ul>
        </fieldset>
        <p role="status">{missing.length === 0 ? "" : say.missing(missing.join(", "))}</p>
        <Button type="submit">{say.countDone}</Button>
      </form>
    </Dialog>
  );
}

function Assign({ card, onClose }: { card: Card; onClose: () => void }) {
  const { assignCard } = usePeopleActions();
  const { run, said } = useDoing();
  const [staff, setStaff] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await assignCard(card.card, staff.trim());
      onClose();
    });
  };
  return (
    <Dialog title={say.assignTitle(card.number)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.assignMeans}</p>
        {said}
        <TextInput
          id="card-staff"
          label={say.who}
          hint={say.whoHint}
          value={staff}
          onChange={(event) => setStaff(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
        />
        <Button type="submit">{say.assign}</Button>
      </form>
    </Dialog>
  );
}
