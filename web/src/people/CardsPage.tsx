// CardsPage.tsx - emergency cards for those who use them and those who keep them: saying that it was oneself, counting one's drawer.

import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { isProblem } from "../api/problem";
import { Page } from "../parts/Page";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { useDoing } from "./CardDialogs";
import { Cards } from "./Cards";
import { useLivePeople } from "./queries";

const say = texts.people.usedCard;

export function CardsPage() {
  useLivePeople();
  return (
    <Page title={texts.people.views.cards}>
      <UsedCard />
      <Cards />
    </Page>
  );
}

function UsedCard() {
  const { assignCard } = usePeopleActions();
  const { run, said, busy } = useDoing();
  const [card, setCard] = useState("");
  const [wrong, setWrong] = useState("");
  const [done, setDone] = useState<number | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(null);
    // Who types the whole code means its first four letters, and the rest is nobody's to send.
    const id = card.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, 4);
    setWrong(id.length < 4 ? say.badCard : "");
    if (id.length < 4) return;
    void run(async () => {
      try {
        const { charts } = await assignCard(id, "");
        setDone(charts);
        setCard("");
      } catch (error) {
        if (!isProblem(error, "not-found")) throw error;
        setWrong(say.unknown);
      }
    });
  };
  return (
    <section className="h-card h-used-card" aria-labelledby="used-card">
      <h2 className="nhsuk-heading-s" id="used-card">
        {say.title}
      </h2>
      <p>{say.what}</p>
      <form onSubmit={submit} noValidate>
        {said}
        <TextInput
          id="used-card-id"
          label={say.card}
          hint={say.cardHint}
          value={card}
          onChange={(event) => setCard(event.target.value.toUpperCase())}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          width="5"
          maxLength={19}
          className="h-card-code"
          {...wrongIf(wrong)}
        />
        <Button type="submit" className="h-button-small" aria-disabled={busy}>
          {say.does}
        </Button>
      </form>
      <div role="status">{done === null ? null : <p className="h-note">{say.done(done)}</p>}</div>
    </section>
  );
}
