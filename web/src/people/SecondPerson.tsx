// SecondPerson.tsx - what was asked waits for a second administrator: said where it was asked, with the way to all that waits.

import { useContext, type ReactNode } from "react";
import { Link } from "react-router";
import { ApiProblem, isProblem } from "../api/problem";
import { CloseDialogs } from "../parts/Dialog";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { peopleProblem } from "./actions";
import { useActs, useNameOf } from "./queries";

const say = texts.people.acts;

/** What went wrong, for a dialog or a form of this page. */
export function peopleSays(error: unknown): ReactNode {
  if (!isProblem(error, "second-person-needed")) return peopleProblem(error);
  return <SecondPerson act={(error as ApiProblem).body.act ?? ""} />;
}

export function SecondPerson({ act }: { act: string }) {
  const closeDialogs = useContext(CloseDialogs);
  const moment = useMoment();
  const nameOf = useNameOf();
  const acts = useActs();
  const held = acts.data?.find((each) => each.act === act);
  const gone = acts.data !== undefined && !acts.isFetching && held === undefined;
  return (
    <div className="h-note h-second-person" role="status">
      {held?.agreed_by ? (
        <p>
          <strong>{say.agreed(nameOf(held.agreed_by) ?? "")}</strong> {say.pressAgain(moment(held.until, "time"))}
        </p>
      ) : gone ? (
        <p>
          <strong>{say.gone}</strong> {say.askAgain}
        </p>
      ) : (
        <p>
          <strong>{say.needed}</strong> {say.neededHow}
        </p>
      )}
      <p>
        <Link to="/people?view=acts" onClick={closeDialogs}>
          {say.see}
        </Link>
      </p>
    </div>
  );
}
