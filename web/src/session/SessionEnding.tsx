// SessionEnding.tsx - that the session is about to end is said before it does.

import { useMutation } from "@tanstack/react-query";
import { api } from "../api/client";
import { left, useNow } from "../parts/time";
import { texts } from "../texts";
import { useSession, useSessionState } from "./SessionProvider";

const announced = 2 * 60_000; // milliseconds before the end

export function SessionEnding() {
  const session = useSession();
  const { refresh } = useSessionState();
  const now = useNow();
  const stay = useMutation({
    mutationFn: () => api.POST("/api/v1/session/extend", { body: {} }),
    onSettled: refresh,
  });
  const until = Date.parse(session.until);
  const idle = Date.parse(session.idle_until);
  const next = Math.min(until, idle);
  if (next - now > announced || next < now) return null;
  const forGood = until <= idle;
  return (
    <div className="h-ending" role="alert">
      <p>{forGood ? texts.session.endingForGood(left(until, now)) : texts.session.ending(left(idle, now))}</p>
      {forGood ? null : (
        <button type="button" className="nhsuk-button h-button-small" onClick={() => stay.mutate()}>
          {texts.session.stay}
        </button>
      )}
    </div>
  );
}
