// CasePage.tsx - one case on one page: what it is about, what happened, what links the two, what was sought and what was opened, and the finding.
//
// That it is shown is an entry, so it is asked for when somebody comes to it, and again only when it has changed under their eyes.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import type { Case, CaseDetail, Finding } from "../api/types";
import { useCopy } from "../parts/copies";
import { Loading, Page } from "../parts/Page";
import { printRecorded } from "../parts/paper";
import { PrintedBy } from "../parts/PrintedBy";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useHasRole, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { CaseFacts } from "./CaseFacts";
import { findings } from "./Findings";
import { KeysHelp, useKeys } from "./keys";
import { kindText } from "./marks";
import { walkOf } from "./order";
import { Relations } from "./Relations";
import { Sought } from "./Sought";
import { Timeline } from "./Timeline";
import { useQueueNow, useQueueView } from "./view";
import { Verdict } from "./Verdict";

const words = texts.work.case;

/** The cases before and after this one in the list, also once this one has left it. */
function useNeighbours(id: string) {
  const { rows } = useQueueNow();
  const walk = useMemo(() => walkOf(rows), [rows]);
  const seen = useRef<{ before: string[]; after: string[] } | null>(null);
  const at = walk.indexOf(id);
  if (at >= 0) seen.current = { before: walk.slice(0, at).reverse(), after: walk.slice(at + 1) };
  const still = new Set(walk);
  const { before, after } = seen.current ?? { before: [], after: walk };
  return { next: after.find((each) => still.has(each)) ?? null, previous: before.find((each) => still.has(each)) ?? null };
}

function findingGiven(state: unknown): Finding | null {
  const given = typeof state === "object" && state !== null && "finding" in state ? state.finding : null;
  return findings.find((each) => each === given) ?? null;
}

/** Whether it is about what was done with an emergency card: somebody is to say who that was. */
function ofUsedCard({ staff, kind }: CaseDetail): boolean {
  return staff.startsWith("card.") && kind !== "lost-card";
}

function Content({ held, first, onNext }: { held: CaseDetail; first: Finding | null; onNext: (() => void) | null }) {
  const client = useQueryClient();
  const key = ["case", held.case];
  const { staff } = useSession();
  const keeps = useHasRole("administrator", "privacy-officer");
  const { patient } = held;
  return (
    <>
      <PrintedBy what={held.case} />
      <div className="h-case">
        <div className="h-case-main">
          <CaseFacts held={held} />
          {ofUsedCard(held) && held.closing === null && keeps ? (
            <p>
              <Link to="/people?view=cards">{words.whoseCard}</Link>
            </p>
          ) : null}
          <Sought held={held} />
          {!patient || held.staff === staff ? null : <Relations held={{ ...held, patient }} relations={held.relations} />}
        </div>
        <div className="h-case-side">
          <Verdict
            held={held}
            first={first}
            onNext={onNext}
            onChanged={(now: Case) =>
              client.setQueryData<CaseDetail>(key, (before) => (before ? { ...before, ...now } : before))
            }
            onOutdated={() => void client.invalidateQueries({ queryKey: key })}
          />
          <section className="h-card" aria-labelledby="time">
            <h2 className="nhsuk-heading-s" id="time">
              {words.time}
            </h2>
            <Timeline held={held} />
          </section>
        </div>
      </div>
    </>
  );
}

function OneCase({ id }: { id: string }) {
  const navigate = useNavigate();
  const location = useLocation();
  const [, change] = useQueueView();
  const [help, setHelp] = useState(false);
  const { next, previous } = useNeighbours(id);
  const copy = useCopy(id);
  const [first] = useState(() => findingGiven(location.state));
  const shown = useQuery({
    queryKey: ["case", id],
    queryFn: ({ signal }) => told(api.GET("/api/v1/cases/{case}", { params: { path: { case: id } }, signal })),
    staleTime: Infinity,
    gcTime: 0,
  });
  // A reload shall not choose the finding again.
  useEffect(() => {
    if (first !== null) void navigate(".", { replace: true, state: null });
  }, [first, navigate]);

  const go = (to: string | null) => () => {
    if (to === null) return;
    change({ cursor: { key: to, at: 0 } });
    void navigate(`/work/${to}`, { replace: true });
  };
  useKeys({
    n: go(next),
    p: go(previous),
    b: () => void navigate("/work"),
    "?": () => setHelp(true),
  });
  const held = shown.data;
  const actions = (
    <>
      {held ? (
        <button
          type="button"
          className="nhsuk-button nhsuk-button--secondary h-button-small"
          disabled={copy.isPending}
          onClick={() => copy.mutate({ kind: "print", what: words.printWhat(held.case), make: printRecorded })}
        >
          {words.print}
        </button>
      ) : null}
      {next ? (
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={go(next)}>
          {words.next}
        </button>
      ) : null}
    </>
  );
  return (
    <>
      <p className="h-case-back">
        <Link to="/work">{words.back}</Link>
        <button type="button" className="h-link-button" onClick={() => setHelp(true)}>
          {texts.work.queue.keys}
        </button>
      </p>
      <Page title={held ? kindText(held.kind) : words.title} actions={actions} ownFocus={first !== null}>
        {copy.isError ? <ProblemMessage error={copy.error} /> : null}
        {shown.isPending ? <Loading /> : null}
        {isProblem(shown.error, "not-found") ? <p className="h-card">{words.gone}</p> : null}
        {shown.isError && !isProblem(shown.error, "not-found") ? (
          <ProblemMessage error={shown.error} retry={() => void shown.refetch()} />
        ) : null}
        {held ? <Content held={held} first={first} onNext={next ? go(next) : null} /> : null}
      </Page>
      {help ? <KeysHelp onClose={() => setHelp(false)} /> : null}
    </>
  );
}

export function CasePage() {
  const { case: id } = useParams();
  return id === undefined ? null : <OneCase key={id} id={id} />;
}
