// SendButtons.tsx - send, or throw away; and what went wrong.

import { Button } from "nhsuk-react-components";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { unsureText } from "./sending";

interface Props {
  sending: { isPending: boolean; error: unknown };
  onThrowAway: () => void;
}

export function SendButtons({ sending, onThrowAway }: Props) {
  const unsure = unsureText(sending.error);
  const t = texts.chart.add;
  return (
    <>
      {sending.error === null ? null : unsure === null ? (
        <ProblemMessage error={sending.error} />
      ) : (
        <p className="h-problem" role="alert">
          {unsure}
        </p>
      )}
      <div className="h-add-buttons">
        <Button type="submit" className="h-button-small" aria-disabled={sending.isPending}>
          {sending.isPending ? t.sending : t.send}
        </Button>
        <Button type="button" secondary className="h-button-small" onClick={onThrowAway}>
          {t.throwAway}
        </Button>
      </div>
    </>
  );
}
