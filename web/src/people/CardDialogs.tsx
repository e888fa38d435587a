// CardDialogs.tsx - making cards, counting the seals of a drawer, saying who used a card.

import { Button, Radios, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { Dialog } from "../parts/Dialog";
import { wrongIf } from "../parts/wrong";
import { ProofDeclined } from "../session/proof";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { cardProblem, usePeopleActions } from "./actions";
import type { Card, Drawer } from "./Cards";

const say = texts.people.cards;

/** What goes wrong with one of these is said in its dialog; somebody who would not prove who they are is not wrong. */
export function useDoing() {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (action: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ProofDeclined)) setWrong(cardProblem(error));
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
  return { run, said, busy };
}

function pdf(base64: string): string {
  const octets = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([octets], { type: "application/pdf" }));
}

export function Make({ drawer, onClose }: { drawer: Drawer; onClose: () => void }) {
  const { makeCards } = usePeopleActions();
  const { run, said, busy } = useDoing();
  const [count, setCount] = useState("10");
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<{ cards: string; pins: string; many: number } | null>(null);
  const number = /^\d{1,3}$/.test(count.trim()) ? Number(count) : 0;
  const wrong = number < 1 || number > 100;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong) return;
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
            {...wrongIf(tried && wrong ? say.howManyRule : "")}
          />
          <Button type="submit" aria-disabled={busy}>
            {say.make}
          </Button>
        </form>
      ) : (
        <>
          <p>{say.madeOnce(made.many)}</p>
          <div className="h-buttons">
            <a className="nhsuk-button nhsuk-button--secondary h-button-small" href={made.cards} download={`${drawer.drawer}-cards.pdf`}>
              {say.cardsPdf}
            </a>
            <a className="nhsuk-button nhsuk-button--secondary h-button-small" href={made.pins} download={`${drawer.drawer}-pins.pdf`}>
              {say.pinsPdf}
            </a>
          </div>
          <p className="h-note">{say.apart}</p>
          <button type="button" className="nhsuk-button h-button-small" onClick={done}>
            {say.printed}
          </button>
        </>
      )}
    </Dialog>
  );
}

const numbersOf = (cards: Card[]) => cards.map((card) => String(card.number)).join(", ");

export function Count({ drawer, onClose }: { drawer: Drawer; onClose: () => void }) {
  const { countDrawer } = usePeopleActions();
  const { run, said, busy } = useDoing();
  const { staff } = useSession();
  const stock = drawer.cards.filter((card) => card.stage === "made" || card.stage === "sealed");
  const own = stock.filter((card) => card.stage === "made" && card.made_by === staff);
  const there = stock.filter((card) => !own.includes(card));
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  /** The numbers that somebody was told will be missing; another set of them is asked about again. */
  const [warned, setWarned] = useState<string | null>(null);
  const absent = there.filter((card) => !whole.has(card.number));
  const missing = absent.filter((card) => card.stage === "sealed");
  const unlaid = absent.filter((card) => card.stage === "made");
  const warning = missing.length > 0 && warned === numbersOf(missing);
  const turn = (number: number) =>
    setWhole((before) => {
      const after = new Set(before);
      if (!after.delete(number)) after.add(number);
      return after;
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (missing.length > 0 && !warning) return setWarned(numbersOf(missing));
    void run(async () => {
      await countDrawer(drawer.drawer, [...whole]);
      onClose();
    });
  };
  return (
    <Dialog title={say.countTitle(drawer.label)} onClose={onClose}>
      {own.length > 0 ? <p className="h-note">{say.yours(numbersOf(own))}</p> : null}
      {there.length === 0 ? (
        <p>{say.nothingToCount}</p>
      ) : (
        <form onSubmit={submit} noValidate>
          <p>{say.countMeans}</p>
          {said}
          <fieldset className="nhsuk-fieldset">
            <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{say.sealsWhole}</legend>
            <ul className="h-count">
              {there.map((card) => (
                <li key={card.card}>
                  <label>
                    <input type="checkbox" checked={whole.has(card.number)} onChange={() => turn(card.number)} />
                    {card.number}
                    {card.stage === "made" ? <span className="h-quiet"> {say.new}</span> : null}
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
          <div role="alert">{warning ? <p className="h-problem">{say.missing(missing.length, numbersOf(missing))}</p> : null}</div>
          {unlaid.length > 0 && whole.size > 0 ? <p className="h-quiet">{say.left(numbersOf(unlaid))}</p> : null}
          <Button type="submit" warning={warning} aria-disabled={busy}>
            {warning ? say.countMissing(missing.length) : say.countDone}
          </Button>
        </form>
      )}
    </Dialog>
  );
}

export function Assign({ card, onClose }: { card: Card; onClose: () => void }) {
  const { assignCard } = usePeopleActions();
  const { run, said, busy } = useDoing();
  const [who, setWho] = useState<"me" | "another" | null>(null);
  const [staff, setStaff] = useState("");
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (who === null || (who === "another" && staff.trim() === "")) return;
    void run(async () => {
      await assignCard(card.card, who === "me" ? "" : staff.trim());
      onClose();
    });
  };
  return (
    <Dialog title={say.assignTitle(card.number)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.assignMeans}</p>
        {said}
        <Radios
          legend={say.who}
          legendProps={{ size: "s" }}
          name="card-who"
          idPrefix="card-who"
          error={tried && who === null ? say.emptyWho : ""}
          small
        >
          <Radios.Item value="another" checked={who === "another"} onChange={() => setWho("another")}>
            {say.another}
          </Radios.Item>
          <Radios.Item value="me" checked={who === "me"} onChange={() => setWho("me")}>
            {say.me}
          </Radios.Item>
        </Radios>
        {who === "another" ? (
          <TextInput
            autoFocus
            id="card-staff"
            label={say.user}
            value={staff}
            onChange={(event) => setStaff(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            {...wrongIf(tried && staff.trim() === "" ? say.emptyUser : "")}
          />
        ) : null}
        <Button type="submit" aria-disabled={busy}>
          {say.assign}
        </Button>
      </form>
    </Dialog>
  );
}
