// WorkPage.tsx - what is mine to do: my open glass, what I owe, cases about me; for reviewers the cases of others.

import { Owed } from "../glass/Owed";
import { Page } from "../parts/Page";
import { useHasRole, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { AboutMe } from "./AboutMe";
import { ClosedCases } from "./ClosedCases";
import { EverybodysGlass } from "./EverybodysGlass";
import { MyGlass } from "./MyGlass";
import { Queue } from "./Queue";
import { useQueueNow, useQueueView } from "./view";

export function WorkPage() {
  const officer = useHasRole("privacy-officer", "administrator");
  const { owed } = useSession();
  const queue = useQueueNow();
  const [view] = useQueueView();
  const reviews = useHasRole("privacy-officer") || queue.all.length > 0;
  return (
    <Page title={texts.work.title} ownFocus={reviews && view.cursor !== null}>
      <MyGlass quiet={reviews || queue.own.length > 0} />
      {owed.length > 0 ? <Owed /> : null}
      <AboutMe own={queue.own} />
      {officer ? <EverybodysGlass /> : null}
      {reviews ? <Queue now={queue} /> : null}
      {reviews ? <ClosedCases /> : null}
    </Page>
  );
}
