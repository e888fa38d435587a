// useBreaking.ts - one press of the button: the code where one is asked, the glass, the chart.
//
// Whatever goes wrong, what was typed stays. The server decides afresh whatever the offer said.

import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, inChart, told } from "../api/client";
import { ApiProblem, isProblem } from "../api/problem";
import type { BreakAnswer, Grant, Offer } from "../api/types";
import type { Asked } from "../chart/ChartProvider";
import { known } from "../parts/known";
import { codeProblem, stepUp, useCodeWording } from "../session/proof";
import { texts } from "../texts";
import { breaking, field, whatIsWrong, wrongBy, type Draft, type Wrong } from "./draft";
import { useKey } from "./useKey";

/** An offer is advice for two minutes; what it says may be different afterwards. */
const offerLives = 120_000;

/** What to tell about the last press, and where. */
export interface Told {
  wrong: Wrong;
  /** Something that is no single field's. */
  other: { text: string } | { error: unknown } | null;
}

class Changed extends Error {}
/** What was wrong with the code; nothing else was tried. */
export class CodeRefused extends Error {
  constructor(readonly refusal: unknown) {
    super("code refused");
  }
}

/** A step-up of which a "no" to the code can be told from everything else that goes wrong. */
export async function stepUpOrSay(code: string): Promise<void> {
  try {
    await stepUp(code);
  } catch (error) {
    throw isProblem(error, "code-reused", "slow-down", "sign-in-refused") ? new CodeRefused(error) : error;
  }
}

interface After {
  onAskAgain: () => Promise<Offer | null>;
  onBroken: (answer: BreakAnswer) => Promise<void>;
}

interface Press {
  grant: Grant;
  draft: Draft;
}

const nothing: Told = { wrong: {}, other: null };

/** What a person agrees to; how fresh their proof is may have changed. */
function terms(grant: Grant | undefined): string {
  return JSON.stringify(grant, (name, value: unknown) => (name === "fresh" ? undefined : value));
}

/** When the offer that is shown was made, by this browser's own clock. */
function useAge(offer: Offer): () => number {
  const since = useRef({ offer, at: performance.now() });
  if (since.current.offer !== offer) since.current = { offer, at: performance.now() };
  return () => performance.now() - since.current.at;
}

export interface Breaking {
  told: Told;
  sending: boolean;
  /** Whether the dialog asks for a code before this grant is tried. */
  codeAsked: (grant: Grant) => boolean;
  /** Once, however often it is pressed; `by` is what the press itself says. */
  submit: (grant: Grant | null, by?: Partial<Draft>) => void;
  /** What was told of the last press is over. */
  forget: () => void;
  /** That it is this person was proved just now, otherwise than by a code. */
  proved: () => void;
}

export function useBreaking(
  asked: Asked,
  draft: Draft,
  change: (changed: Partial<Draft>) => void,
  { onAskAgain: askAgain, onBroken }: After,
): Breaking {
  const [now, setNow] = useState<Told>(nothing);
  const [needsCode, setNeedsCode] = useState<Record<string, boolean>>({});
  const busy = useRef(false);
  const keyFor = useKey();
  const wording = useCodeWording();
  const age = useAge(asked.offer);

  const codeAsked = (grant: Grant) =>
    grant.bill.proof !== null && (known(needsCode, grant.rule) ?? !grant.bill.proof.fresh);

  const proved = () => {
    change({ code: "" });
    setNeedsCode(Object.fromEntries(asked.offer.grants.map((each) => [each.rule, false])));
  };
  const prove = async (code: string) => {
    await stepUpOrSay(code);
    proved();
  };

  const act = async ({ grant, draft }: Press) => {
    if (age() > offerLives) {
      const fresh = await askAgain();
      if (fresh === null) return; // it opens without, or not at all
      if (terms(fresh.grants.find((each) => each.rule === grant.rule)) !== terms(grant)) throw new Changed();
    }
    if (codeAsked(grant)) await prove(draft.code);
    const body = breaking(draft, grant, asked.cell);
    const { params, headers } = inChart(asked.patient);
    const answer = await told(
      api.POST("/api/v1/charts/{patient}/break", {
        params: { ...params, header: { "Idempotency-Key": keyFor(body) } },
        headers,
        body,
      }),
    );
    await onBroken(answer);
  };

  const refused = (error: unknown, grant: Grant) => {
    if (error instanceof CodeRefused) {
      change({ code: "" });
      return setNow({ wrong: { [field.code]: codeProblem(error.refusal, wording.wrong) }, other: null });
    }
    if (isProblem(error, "step-up-needed")) {
      setNeedsCode((before) => ({ ...before, [grant.rule]: true }));
      return setNow({ wrong: { [field.code]: wording.empty }, other: null });
    }
    if (error instanceof Changed || isProblem(error, "unknown-reason"))
      return setNow({ wrong: {}, other: { text: texts.glass.problems.changed } });
    const missing = error instanceof ApiProblem ? wrongBy(error.body.missing ?? [], grant) : {};
    if (isProblem(error, "confirmation-missing")) missing[field.confirm] = texts.glass.problems.confirm;
    setNow({ wrong: missing, other: Object.keys(missing).length > 0 ? null : { error } });
  };

  const mutation = useMutation({
    mutationFn: act,
    onError: async (error, { grant }) => {
      // The offer was wrong about what is asked: the one of now is shown.
      const outdated = ["details-missing", "acknowledgement-missing", "confirmation-missing", "unknown-reason", "denied"];
      if (isProblem(error, ...outdated)) await askAgain().catch(() => undefined);
      refused(error, grant);
    },
    onSettled: () => {
      busy.current = false;
    },
  });

  return {
    told: now,
    sending: mutation.isPending,
    forget: () => setNow(nothing),
    proved: () => {
      proved();
      setNow(nothing);
    },
    codeAsked,
    submit: (grant, by = {}) => {
      if (busy.current) return;
      const pressed = { ...draft, ...by };
      const wrong = whatIsWrong(pressed, grant, grant !== null && codeAsked(grant) ? wording.empty : null);
      setNow({ wrong, other: null });
      if (grant === null || Object.keys(wrong).length > 0) return;
      busy.current = true;
      mutation.mutate({ grant, draft: pressed });
    },
  };
}
