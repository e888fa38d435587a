// Acts.tsx - what waits for a second administrator: to be agreed to by another, or to be done by whoever asked.

import { useState } from "react";
import { Link } from "react-router";
import { isProblem } from "../api/problem";
import { Confirm } from "../parts/Confirm";
import { Loading } from "../parts/Page";
import { ProblemMessage, saidText } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { useHasRole, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { useActs, useNameOf, type Act } from "./queries";

const say = texts.people.acts;

export function Acts() {
  const acts = useActs();
  if (acts.isPending) return <Loading />;
  if (acts.data === undefined) return <ProblemMessage error={acts.error} retry={() => void acts.refetch()} />;
  return (
    <>
      <p>{say.what}</p>
      {acts.data.length === 0 ? <p className="h-note">{say.none}</p> : null}
      <ul className="h-acts">
        {acts.data.map((act) => (
          <li key={act.act}>
            <OneAct act={act} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where whoever asked gives the same command again. */
function placeOf({ what, staff }: Act): string {
  if (what === "terminal") return "/people?view=terminals";
  if (what === "provisioning") return "/people?view=sources";
  return staff === null ? "/people?view=staff" : `/people?view=staff&person=${encodeURIComponent(staff)}`;
}

function problemOf(error: unknown): string {
  return isProblem(error, "not-found") ? say.gone : saidText(error);
}

function OneAct({ act }: { act: Act }) {
  const moment = useMoment();
  const nameOf = useNameOf();
  const administrator = useHasRole("administrator");
  const { staff } = useSession();
  const { agreeAct, dropAct } = usePeopleActions();
  const [doing, setDoing] = useState<"agree" | "drop" | null>(null);
  const close = () => setDoing(null);
  const agreed = act.agreed_by === null ? null : (nameOf(act.agreed_by) ?? "");
  const aboutMe = act.staff === staff;
  const title = `act-${act.act}`;
  return (
    <article className="h-card h-act" aria-labelledby={title}>
      <p className="h-act-kind">
        <span className="h-tag">{say.kinds[act.what]}</span>{" "}
        <span className={agreed === null ? "h-tag warn" : "h-tag good"}>{agreed === null ? say.waits : say.mayBeDone}</span>
      </p>
      <h2 className="nhsuk-heading-s" id={title} dir="auto">
        {act.text}
      </h2>
      <dl className="h-told">
        <div>
          <dt>{say.askedBy}</dt>
          <dd>
            <bdi>{act.own ? say.you : act.by_name}</bdi>, {moment(act.asked_at)}
          </dd>
        </div>
        {act.staff === null ? null : (
          <div>
            <dt>{say.about}</dt>
            <dd>
              {act.staff_name === null || act.staff_name === act.staff ? null : <bdi>{act.staff_name} </bdi>}
              <span className="h-quiet">{act.staff}</span>
            </dd>
          </div>
        )}
        {agreed === null ? null : (
          <div>
            <dt>{say.agreedBy}</dt>
            <dd>
              <bdi>{act.agreed_by === staff ? say.you : agreed}</bdi>
            </dd>
          </div>
        )}
        <div>
          <dt>{agreed === null ? say.waitsUntil : say.doneUntil}</dt>
          <dd>{moment(act.until)}</dd>
        </div>
      </dl>
      <p className="h-act-next">
        {act.own ? (agreed === null ? say.nextOwn : say.nextOwnAgreed) : agreed !== null ? say.nextAgreed(act.by_name) : aboutMe ? say.nextAboutMe : say.next(act.by_name)}
      </p>
      {administrator ? (
        <div className="h-buttons">
          {act.own && agreed !== null ? (
            <Link className="nhsuk-button h-button-small" to={placeOf(act)}>
              {say.goThere}
            </Link>
          ) : null}
          {!act.own && agreed === null && !aboutMe ? (
            <button type="button" className="nhsuk-button h-button-small" onClick={() => setDoing("agree")}>
              {say.agree}
            </button>
          ) : null}
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setDoing("drop")}>
            {act.own ? say.takeBack : say.refuse}
          </button>
        </div>
      ) : null}
      {doing === "agree" ? (
        <Confirm title={say.agreeTitle} does={say.agree} onDo={() => agreeAct(act.act)} onClose={close} problem={problemOf} calm>
          <p>
            <strong dir="auto">{act.text}</strong>
          </p>
          <p dir="auto">{say.agreeMeans(act.by_name)}</p>
        </Confirm>
      ) : null}
      {doing === "drop" ? (
        <Confirm
          title={act.own ? say.takeBackTitle : say.refuseTitle}
          does={act.own ? say.takeBack : say.refuse}
          onDo={() => dropAct(act.act)}
          onClose={close}
          problem={problemOf}
        >
          <p>
            <strong dir="auto">{act.text}</strong>
          </p>
          <p dir="auto">{act.own ? say.takeBackMeans : say.refuseMeans(act.by_name)}</p>
        </Confirm>
      ) : null}
    </article>
  );
}
