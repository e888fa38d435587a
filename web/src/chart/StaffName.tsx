// StaffName.tsx - what a member of staff is called, where the directory knows; else the id.

import { useQuery } from "@tanstack/react-query";
import type { Practitioner } from "fhir/r4";
import { ask } from "../api/client";

const idOfStaff = /^[A-Za-z0-9._-]{1,64}$/;

/** The directory holds no patient: an id of staff may stand in a URL. */
async function nameOf(id: string, signal: AbortSignal): Promise<string> {
  const request = new Request(new URL(`/fhir/Practitioner/${id}`, location.origin), {
    headers: { Accept: "application/fhir+json" },
    signal,
  });
  const name = ((await (await ask(request)).json()) as Practitioner).name?.[0];
  return name?.text ?? [...(name?.prefix ?? []), ...(name?.given ?? []), name?.family].filter(Boolean).join(" ");
}

export function StaffName({ id }: { id: string }) {
  const known = useQuery({
    queryKey: ["staff-name", id],
    queryFn: ({ signal }) => nameOf(id, signal),
    enabled: idOfStaff.test(id),
    staleTime: Infinity,
    retry: false,
  });
  return <bdi>{known.data || id}</bdi>;
}
