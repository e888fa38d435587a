// ReferralForm.tsx - no glass: this person's team takes the patient on, and the chart opens by that.
//
// It is a self-made relation: it takes a fresh code and is looked at by somebody else. Where it
// does not open the chart after all, that is said here once; nobody is sent round in a circle.

import { useMutation } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useRef, useState, type FormEvent } from "react";
import { api, inChart } from "../api/client";
import { isProblem } from "../api/problem";
import type { Offer } from "../api/types";
import { codeProblem, useCodeWording } from "../session/proof";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { CodeField } from "./Asks";
import type { Wrong } from "./draft";
import { Problems } from "./Problems";
import { TeamField } from "./TeamField";
import { CodeRefused, stepUpOrSay, type Told } from "./useBreaking";
import { useKey } from "./useKey";

interface Props {
  patient: string;
  /** Kept by the dialog, so that going back and forth loses nothing. */
  team: string;
  onTeam: (team: string) => void;
  /** Asks for the chart again; an offer is the answer that it still takes glass. */
  onLogged: () => Promise<Offer | null>;
  onBack: () => void;
}

const ids = { team: "referral-team", code: "referral-code" };
const idShape = /^[A-Za-z0-9._-]{1,64}$/;

function whatIsWrong(team: string, teams: string[], code: string, emptyCode: string | null): Wrong {
  const { referral } = texts.glass;
  const wrong: Wrong = {};
  if (team === "") wrong[ids.team] = teams.length > 0 ? referral.noTeam : referral.emptyTeam;
  else if (!idShape.test(team)) wrong[ids.team] = referral.badTeam;
  if (emptyCode !== null && code.trim() === "") wrong[ids.code] = emptyCode;
  return wrong;
}

export function ReferralForm({ patient, team: given, onTeam, onLogged, onBack }: Props) {
  const { referral } = texts.glass;
  const { teams } = useSession();
  const only = teams.length === 1 ? teams[0] : undefined;
  const team = only ?? given.trim();
  const [code, setCode] = useState("");
  const [codeAsked, setCodeAsked] = useState(false);
  const [told, setTold] = useState<Told>({ wrong: {}, other: null });
  const busy = useRef(false);
  const keyFor = useKey();
  const wording = useCodeWording();

  const log = useMutation({
    mutationFn: async () => {
      if (codeAsked) {
        await stepUpOrSay(code);
        setCode("");
        setCodeAsked(false);
      }
      const { params, headers } = inChart(patient);
      const body = { team };
      await api.POST("/api/v1/charts/{patient}/referrals", {
        params: { ...params, header: { "Idempotency-Key": keyFor(body) } },
        headers,
        body,
      });
      return onLogged();
    },
    onSuccess: (offer) => {
      if (offer !== null) setTold({ wrong: {}, other: { text: referral.notEnough } });
    },
    onError: (error) => {
      if (isProblem(error, "step-up-needed")) {
        setCodeAsked(true);
        setTold({ wrong: { [ids.code]: wording.empty }, other: null });
      } else if (error instanceof CodeRefused) {
        setCode("");
        setTold({ wrong: { [ids.code]: codeProblem(error.refusal, wording.wrong) }, other: null });
      } else if (isProblem(error, "not-found")) {
        setTold({ wrong: { [ids.team]: referral.unknownTeam }, other: null });
      } else setTold({ wrong: {}, other: { error } });
    },
    onSettled: () => {
      busy.current = false;
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy.current) return;
    const wrong = whatIsWrong(team, teams, code, codeAsked ? wording.empty : null);
    setTold({ wrong, other: null });
    if (Object.keys(wrong).length > 0) return;
    busy.current = true;
    log.mutate();
  };

  return (
    <form onSubmit={submit} noValidate>
      <Problems told={told} first={ids.code} />
      <p>{referral.what}</p>
      <TeamField
        id={ids.team}
        teams={teams}
        team={only ?? given}
        error={told.wrong[ids.team] ?? ""}
        onTeam={onTeam}
      />
      {codeAsked ? <CodeField id={ids.code} code={code} error={told.wrong[ids.code] ?? ""} onCode={setCode} onProved={() => setCodeAsked(false)} /> : null}
      <p className="h-quiet">{referral.review}</p>
      <div className="h-glass-actions">
        <Button type="submit" aria-disabled={log.isPending}>
          {log.isPending ? referral.sending : referral.submit}
        </Button>
        <button type="button" className="h-link-button" onClick={onBack}>
          {referral.back}
        </button>
      </div>
    </form>
  );
}
