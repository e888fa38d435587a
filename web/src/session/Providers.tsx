// Providers.tsx - signing in by the hospital's own sign-in: an OpenID provider that the policy names. The browser goes
// there and comes back signed in, or with a word for why not.

import { useQuery } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useState } from "react";
import { api, told } from "../api/client";
import { problemText } from "../parts/ProblemMessage";
import { texts } from "../texts";

const say = texts.providers;

/** What the address says of a way there and back that failed; it is said once. */
export function whatCameBack(): string | null {
  const url = new URL(location.href);
  const word = url.searchParams.get("provider");
  if (word === null) return null;
  url.searchParams.delete("provider");
  history.replaceState(history.state, "", url);
  return say.cameBack[word as keyof typeof say.cameBack] ?? say.cameBack.failed;
}

export function Providers({ onWrong }: { onWrong: (text: string) => void }) {
  const found = useQuery({ queryKey: ["hospital", "providers"], queryFn: () => told(api.GET("/api/v1/providers")), retry: false });
  const [going, setGoing] = useState(false);
  const go = async (provider: string) => {
    setGoing(true);
    try {
      const then = location.pathname.startsWith("/console/") ? location.pathname : "/console/";
      const way = await told(api.POST("/api/v1/providers/{provider}/sign-in", { params: { path: { provider } }, body: { then } }));
      location.assign(way.url);
    } catch (error) {
      setGoing(false);
      onWrong(problemText(error));
    }
  };
  return (
    <>
      {(found.data ?? []).map((each) => (
        <div key={each.provider}>
          <Button type="button" secondary aria-disabled={going} onClick={() => void go(each.provider)}>
            {say.signIn(each.label)}
          </Button>
          {each.up ? null : <p className="h-note">{say.down(each.label)}</p>}
        </div>
      ))}
    </>
  );
}
