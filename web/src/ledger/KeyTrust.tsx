// KeyTrust.tsx - the log's key: which one this browser believes and since when; comparing it with one from outside.

import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { Confirm } from "../parts/Confirm";
import { useMoment } from "../parts/time";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { readVerifierKey } from "./note";
import type { Trust } from "./useTrust";

const say = texts.ledger.key;

export function KeyTrust({ trust }: { trust: Trust }) {
  const { remembered, key } = trust;
  const moment = useMoment();
  return (
    <>
      <p className="h-code h-ledger-key">{remembered?.key ?? key?.text}</p>
      <p>
        {remembered?.compared ? (
          <>
            <span className="h-tag good">{say.compared}</span> {say.comparedOn(moment(remembered.compared))}
          </>
        ) : (
          <>
            <span className="h-tag warn">{say.firstSight}</span> {say.firstSightMeans}
          </>
        )}
      </p>
      <OtherKey trust={trust} />
      <Compare trust={trust} />
    </>
  );
}

/** The server says another key than the one that this browser believes. */
function OtherKey({ trust }: { trust: Trust }) {
  const [asking, setAsking] = useState(false);
  const { otherServed } = trust;
  if (otherServed === null) return null;
  return (
    <div className="h-problem">
      <p>
        <strong>{say.otherServed}</strong>
      </p>
      <p className="h-code">{otherServed}</p>
      <p>{say.otherServedMeans}</p>
      <button
        type="button"
        className="nhsuk-button nhsuk-button--secondary h-button-small"
        onClick={() => setAsking(true)}
      >
        {say.believeOther}
      </button>
      {asking ? (
        <Confirm
          title={say.believeTitle}
          does={say.believe}
          onDo={() => Promise.resolve(trust.keep({ key: otherServed, compared: null, seen: null }))}
          onClose={() => setAsking(false)}
        >
          <p>{say.believeMeans}</p>
          <p className="h-code">{otherServed}</p>
        </Confirm>
      ) : null}
    </div>
  );
}

function Compare({ trust }: { trust: Trust }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const [said, setSaid] = useState("");
  const compare = async (event: FormEvent) => {
    event.preventDefault();
    setSaid("");
    const given = await readVerifierKey(text);
    setWrong(given === null ? say.noKey : "");
    if (given === null) return;
    const same = given.text === trust.key?.text;
    const now = new Date().toISOString();
    trust.keep({ key: given.text, compared: now, seen: same ? (trust.remembered?.seen ?? null) : null });
    setSaid(same ? say.same : say.differs);
    setText("");
  };
  return (
    <form onSubmit={(event) => void compare(event)} noValidate>
      <TextInput
        id="ledger-key-given"
        label={say.compare}
        hint={say.compareHint}
        value={text}
        onChange={(event) => setText(event.target.value)}
        {...wrongIf(wrong)}
        autoComplete="off"
        spellCheck={false}
        className="h-code"
      />
      <Button type="submit" secondary className="h-button-small">
        {say.compareNow}
      </Button>
      <p role="status">{said}</p>
    </form>
  );
}
