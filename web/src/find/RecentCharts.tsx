// RecentCharts.tsx - charts that one opened lately, where the policy lets a screen show them. Their numbers only: names are
// for who opens them.

import { useQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";
import { Moment } from "../parts/time";
import { useHospital } from "../session/hospital";
import { texts } from "../texts";

const shown = 8;

interface Opened {
  patient: string;
  at: string;
}

async function openedLately(signal: AbortSignal): Promise<Opened[]> {
  const { accesses } = await told(api.GET("/api/v1/accesses", { params: { query: { limit: 200 } }, signal }));
  const newest = new Map<string, Opened>();
  for (const { patient, form, at } of accesses)
    if (patient !== null && form === "open-chart" && !newest.has(patient)) newest.set(patient, { patient, at });
  return [...newest.values()].slice(0, shown);
}

export function RecentCharts({ onChoose }: { onChoose: (patient: string) => void }) {
  const { recent_charts } = useHospital();
  const { data } = useQuery({
    queryKey: ["find", "recent"],
    queryFn: ({ signal }) => openedLately(signal),
    enabled: recent_charts,
  });
  if (data === undefined || data.length === 0) return null;
  return (
    <section aria-labelledby="find-recent" className="h-recent">
      <h2 className="nhsuk-heading-s" id="find-recent">
        {texts.find.recent}
      </h2>
      <ul>
        {data.map(({ patient, at }) => (
          <li key={patient}>
            <button type="button" className="h-link-button" onClick={() => onChoose(patient)}>
              {patient}
            </button>{" "}
            <span className="h-quiet">
              <Moment at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
