// WardChoice.tsx - where the patient lies.

import { useQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";
import { texts } from "../texts";

export function WardChoice({ ward, onChange }: { ward: string; onChange: (ward: string) => void }) {
  const { data } = useQuery({
    queryKey: ["wards"],
    queryFn: ({ signal }) => told(api.GET("/api/v1/wards", { signal })),
    staleTime: 10 * 60_000,
  });
  if (data === undefined || data.wards.length === 0) return null;
  return (
    <div className="h-find-ward">
      <label className="nhsuk-label" htmlFor="find-ward">
        {texts.find.ward}
      </label>
      <select id="find-ward" className="nhsuk-select" value={ward} onChange={(event) => onChange(event.target.value)}>
        <option value="">{texts.find.anyWard}</option>
        {data.wards.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}
