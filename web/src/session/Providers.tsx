// Providers.tsx - the hospital's own sign-in: OpenID providers that the policy names. On the page of signing in the browser
// goes there and comes back signed in, or with a word for why not. Where something stands behind that page or somebody has
// to prove that it is them, the provider comes in a window of its own, and what was typed stays.

import { useQuery } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useEffect, useRef, useState } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { known } from "../parts/known";
import { problemText } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { CameBack, GivenUp, goElsewhere, NoWindow } from "./elsewhere";
import { useSessionState } from "./SessionProvider";
import { lastOf } from "./status";

const say = texts.providers;
const lookEvery = 15_000;

export type Purpose = "sign-in" | "step-up" | "unlock";

export interface Provider {
  provider: string;
  label: string;
  up: boolean;
}

/** What the address says of a way there and back that failed; it is said once. */
export function whatCameBack(): string | null {
  const url = new URL(location.href);
  const word = url.searchParams.get("provider");
  if (word === null) return null;
  url.searchParams.delete("provider");
  history.replaceState(history.state, "", url);
  return known(say.cameBack, word) ?? say.cameBack.failed;
}

export function useProviders(enabled = true): Provider[] {
  const found = useQuery({
    queryKey: ["hospital", "providers"],
    queryFn: () => told(api.GET("/api/v1/providers")),
    retry: false,
    refetchInterval: lookEvery,
    enabled,
  });
  return enabled ? (found.data ?? []) : [];
}

/** Those by which somebody who signed in by one proves that it is them. */
export function useOwnProviders(): Provider[] {
  return useProviders(lastOf(useSessionState().status)?.way === "provider");
}

function hereOf(): string {
  return location.pathname.startsWith("/console/") ? location.pathname : "/console/";
}

function wrongText(error: unknown, purpose: Purpose, label: string): string {
  if (error instanceof CameBack) {
    const words: Readonly<Record<string, string>> = purpose === "sign-in" ? say.cameBack : { ...say.cameBack, ...say.cameBackAgain };
    return known(words, error.word) ?? say.cameBack.failed;
  }
  if (isProblem(error, "provider-down")) return say.down(label);
  return problemText(error);
}

interface Props {
  purpose: Purpose;
  /** In a window of its own: something is behind this that must stay. */
  apart: boolean;
  providers: Provider[];
  text: (label: string) => string;
  /** What else there is where one is down. */
  instead: string;
  /** The first of them is what most people press here. */
  first?: boolean;
  onDone: () => void;
  onWrong: (text: string | null) => void;
}

export function Providers({ purpose, apart, providers, text, instead, first = false, onDone, onWrong }: Props) {
  const { setOut } = useSessionState();
  const [going, setGoing] = useState<Provider | null>(null);
  const [noWindow, setNoWindow] = useState<Provider | null>(null);
  const giveUp = useRef<() => void>(() => undefined);
  useEffect(() => () => giveUp.current(), []); // who leaves waits no more

  const failed = (error: unknown, { label }: Provider) => {
    setGoing(null);
    if (!(error instanceof GivenUp)) onWrong(wrongText(error, purpose, label));
  };
  const goHere = async (to: Provider) => {
    onWrong(null);
    setNoWindow(null);
    setGoing(to);
    try {
      location.assign(await setOut(to.provider, purpose, hereOf()));
    } catch (error) {
      failed(error, to);
    }
  };
  const goApart = async (to: Provider) => {
    giveUp.current();
    onWrong(null);
    setNoWindow(null);
    try {
      const journey = goElsewhere((then) => setOut(to.provider, purpose, then));
      giveUp.current = journey.giveUp;
      setGoing(to);
      await journey.over;
      setGoing(null);
      onDone();
    } catch (error) {
      if (error instanceof GivenUp) return;
      if (error instanceof NoWindow) setNoWindow(to);
      else failed(error, to);
    }
  };
  const go = (to: Provider) => void (apart ? goApart(to) : goHere(to));

  if (providers.length === 0) return null;
  if (going !== null && apart)
    return (
      <div className="h-providers h-note" role="status">
        <p>{say.goOn(going.label)}</p>
        <p className="h-providers-more">
          <button type="button" className="h-link-button" onClick={() => go(going)}>
            {say.again}
          </button>
          <button
            type="button"
            className="h-link-button"
            onClick={() => {
              giveUp.current();
              setGoing(null);
            }}
          >
            {say.stop}
          </button>
        </p>
      </div>
    );
  const up = providers.filter((each) => each.up);
  const down = providers.filter((each) => !each.up);
  return (
    <div className="h-providers">
      {up.map((each, index) => (
        <Button
          key={each.provider}
          type="button"
          secondary={!first || index > 0}
          aria-disabled={going !== null}
          onClick={() => go(each)}
        >
          {text(each.label)}
        </Button>
      ))}
      {noWindow === null ? null : (
        <div className="h-problem" role="alert">
          <p>{say.noWindow}</p>
          <button type="button" className="h-link-button" onClick={() => void goHere(noWindow)}>
            {say.goHere}
          </button>
        </div>
      )}
      <div role="status">
        {down.length === 0 ? null : (
          <div className="h-note h-provider-down">
            {down.map((each) => (
              <p key={each.provider}>
                <strong>{say.isDown(each.label)}</strong>
              </p>
            ))}
            <p>
              {instead} {say.looksAgain}
            </p>
          </div>
        )}
      </div>
    </div>
  );
}
