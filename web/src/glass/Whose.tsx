// Whose.tsx - whose chart it is and who asks, as far as this page was told.

import type { FoundPatient } from "../api/types";
import { useMoment } from "../parts/time";
import { useCovered, useSession } from "../session/SessionProvider";
import { texts } from "../texts";

/** After a reload only the id is known: names are not kept anywhere. */
export function Whose({ patient, found, asker }: { patient: string; found: FoundPatient | null; asker: boolean }) {
  const session = useSession();
  const moment = useMoment();
  if (useCovered()) return null;
  return (
    <dl className="h-whose">
      <div>
        <dt>{texts.glass.chart}</dt>
        <dd>
          {found ? (
            <>
              <strong>
                <bdi>{found.name}</bdi>
              </strong>
              {found.birth_date ? <span>{texts.glass.born(moment(found.birth_date, "date"))}</span> : null}
            </>
          ) : null}
          <span>{patient}</span>
        </dd>
      </div>
      {asker ? (
        <div>
          <dt>{texts.glass.you}</dt>
          <dd>
            <span>
              <bdi>{session.name}</bdi>
            </span>
            <span>{session.roles.join(", ")}</span>
            <span>{session.place ? texts.nav.place(session.place) : texts.nav.nowhere}</span>
          </dd>
        </div>
      ) : null}
    </dl>
  );
}
