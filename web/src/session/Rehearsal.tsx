// Rehearsal.tsx - going through what breaking the glass takes, without a chart, by day: which of one's ways in were gone
// through so, and when.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { api, told } from "../api/client";
import type { paths } from "../api/schema";
import { known } from "../parts/known";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { ProofDeclined, useProof } from "./proof";
import { useSession } from "./SessionProvider";

const say = texts.rehearsal;
type Line = paths["/api/v1/rehearsals"]["get"]["responses"]["200"]["content"]["application/json"][number];

const wayText = (way: string) => known(say.ways, way) ?? way;
const factorText = (factor: string) => known(say.factors, factor) ?? factor;

/** `hasPasskey`: a way in that one may not have gone through yet. */
export function Rehearsal({ hasPasskey }: { hasPasskey: boolean }) {
  const client = useQueryClient();
  const prove = useProof();
  const moment = useMoment();
  const { way: now } = useSession();
  const lines = useQuery({ queryKey: ["rehearsals"], queryFn: () => told(api.GET("/api/v1/rehearsals")) });
  const rehearse = useMutation({
    mutationFn: () => prove(() => told(api.POST("/api/v1/rehearsals", { body: {} }))),
    onSuccess: () => client.invalidateQueries({ queryKey: ["rehearsals"] }),
  });
  const rehearsed = [...(lines.data ?? [])].sort((a: Line, b: Line) => Date.parse(b.last) - Date.parse(a.last));
  const missing = [...new Set([now, ...(hasPasskey ? ["passkey"] : [])])].filter((way) => !rehearsed.some((line) => line.way === way));
  const refused = rehearse.error !== null && !(rehearse.error instanceof ProofDeclined);
  const done = rehearse.data;
  return (
    <section className="h-rehearsal" aria-labelledby="rehearsal">
      <h3 className="nhsuk-heading-s" id="rehearsal">
        {say.title}
      </h3>
      <p>{say.what}</p>
      {lines.error ? <ProblemMessage error={lines.error} retry={() => void lines.refetch()} /> : null}
      {lines.data === undefined ? null : (
        <ul>
          {rehearsed.map(({ way, factor, last }) => (
            <li key={`${way} ${factor}`}>{say.line(wayText(way), factorText(factor), moment(last))}</li>
          ))}
          {missing.map((way) => (
            <li key={way}>{way === now ? say.notYet(wayText(way)) : say.notYetElse(wayText(way))}</li>
          ))}
        </ul>
      )}
      {refused ? <ProblemMessage error={rehearse.error} /> : null}
      <div role="status">
        {done === undefined ? null : (
          <>
            <p className="h-note">{say.done(wayText(done.way), factorText(done.factor))}</p>
            {done.can_break ? null : (
              <p className="h-problem">
                {done.lacks.length > 0 ? say.lacks(done.lacks.map((each) => known(texts.people.factors, each) ?? each).join(", ")) : say.noReason}
              </p>
            )}
          </>
        )}
      </div>
      <Button type="button" secondary className="h-button-small" aria-disabled={rehearse.isPending} onClick={() => rehearse.isPending || rehearse.mutate()}>
        {say.now}
      </Button>
    </section>
  );
}
