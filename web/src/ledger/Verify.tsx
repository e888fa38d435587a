// Verify.tsx - the ledger verified in this browser, with progress, and what came of it in words.

import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNumber } from "../parts/numbers";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { toBase64 } from "./bytes";
import { ledgerSources } from "./sources";
import type { Trust } from "./useTrust";
import { UntrueMessage } from "./UntrueMessage";
import { verifyLedger, type Progress, type Verdict } from "./verifying";

const say = texts.ledger.verify;
const seldom = 100; // milliseconds between two words of progress

/** Tells of progress now and then, not for each of thousands of tiles. */
function useProgress() {
  const [progress, setProgress] = useState<Progress | null>(null);
  const said = useRef(0);
  return {
    progress,
    clear: () => setProgress(null),
    tell: (now: Progress) => {
      if (now.done < now.of && Date.now() - said.current < seldom) return;
      said.current = Date.now();
      setProgress(now);
    },
  };
}

interface Found {
  verdict: Verdict;
  seconds: number;
}

function useVerify(trust: Trust) {
  const { progress, tell, clear } = useProgress();
  const calling = useRef<AbortController | null>(null);
  const work = useMutation({
    mutationFn: async (): Promise<Found> => {
      const { key, remembered } = trust;
      if (key === null) throw new Error("no key");
      const off = new AbortController();
      calling.current = off;
      const began = performance.now();
      const before = remembered?.seen ?? null;
      const sources = ledgerSources(off.signal);
      const verdict = await verifyLedger({ key, before, sources, progress: tell, signal: off.signal });
      if (verdict.is === "true") {
        const { size, root } = verdict.checkpoint;
        const seen = { size, root: toBase64(root), at: new Date().toISOString() };
        trust.keep({ key: key.text, compared: remembered?.compared ?? null, seen });
      }
      return { verdict, seconds: (performance.now() - began) / 1000 };
    },
    onSettled: clear,
  });
  const { reset } = work;
  useEffect(() => () => calling.current?.abort(), []);
  return {
    work,
    progress,
    callOff: () => {
      calling.current?.abort();
      reset();
      clear();
    },
  };
}

export function Verify({ trust }: { trust: Trust }) {
  const { work, progress, callOff } = useVerify(trust);
  const seen = trust.remembered?.seen ?? null;
  const number = useNumber();
  const moment = useMoment();
  return (
    <>
      <p>{say.what}</p>
      {seen === null ? (
        <p className="h-quiet">{say.never}</p>
      ) : (
        <p className="h-quiet">{say.last(number(seen.size), moment(seen.at))}</p>
      )}
      <div className="h-buttons">
        <button
          type="button"
          className="nhsuk-button h-button-small"
          disabled={work.isPending || trust.key === null}
          onClick={() => work.mutate()}
        >
          {say.now}
        </button>
        {work.isPending ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={callOff}>
            {say.callOff}
          </button>
        ) : null}
      </div>
      {work.isPending ? <Under progress={progress} /> : null}
      {work.error !== null ? (
        <>
          <p className="h-quiet">{say.notDone}</p>
          <ProblemMessage error={work.error} retry={() => work.mutate()} />
        </>
      ) : null}
      {work.data && !work.isPending ? <Outcome found={work.data} /> : null}
    </>
  );
}

function Under({ progress }: { progress: Progress | null }) {
  const number = useNumber();
  const [done, of] = progress === null ? [0, 1] : [progress.done, Math.max(progress.of, 1)];
  return (
    <div className="h-ledger-progress">
      <progress value={done} max={of} aria-label={say.progress} />
      <p className="h-quiet">{say.under(number(done), number(of))}</p>
    </div>
  );
}

function Outcome({ found: { verdict, seconds } }: { found: Found }) {
  const number = useNumber();
  const moment = useMoment();
  if (verdict.is === "untrue") return <UntrueMessage verdict={verdict} />;
  const { before, hashes, checkpoint } = verdict;
  return (
    <div className="h-ledger-true" role="status">
      <h3 className="nhsuk-heading-s">{say.isTrue}</h3>
      <ul className="h-ledger-checks">
        <li>{say.signatureHolds(checkpoint.origin)}</li>
        <li>{say.rootFollows(number(hashes))}</li>
        <li>{before === null ? say.firstTime : say.goesOn(number(before.size), moment(before.at))}</li>
      </ul>
      <p className="h-quiet">{say.took(seconds.toFixed(1))}</p>
    </div>
  );
}
