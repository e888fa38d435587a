// PrintedBy.tsx - on paper alone: who printed it, and when.

import { useSyncExternalStore } from "react";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { printedAt } from "./paper";
import { useMoment } from "./time";

/** `what` names the thing where the page does not. */
export function PrintedBy({ what = "" }: { what?: string }) {
  const session = useSession();
  const moment = useMoment();
  const at = useSyncExternalStore(printedAt.watch, printedAt.current);
  return (
    <p className="h-only-print">
      {at === null ? null : texts.printed(session.name, moment(at))} {what}
    </p>
  );
}
