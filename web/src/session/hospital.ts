// hospital.ts - what screens need to know of the hospital (GET /api/v1/hospital, open to anybody).

import { useQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";

export interface Hospital {
  name: string;
  timezone: string;
  locale: string;
  lock_seconds: number | null;
  recent_charts: boolean;
}

const unknown: Hospital = { name: "", timezone: "UTC", locale: "en-GB", lock_seconds: null, recent_charts: false };

export function useHospital(): Hospital {
  const { data } = useQuery({
    queryKey: ["hospital"],
    queryFn: () => told(api.GET("/api/v1/hospital")),
    staleTime: 10 * 60_000,
  });
  return data ?? unknown;
}
