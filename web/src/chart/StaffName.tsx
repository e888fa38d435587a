// StaffName.tsx - what a member of staff is called, where the directory knows; else the id.

import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { whatFits } from "./shape";

const shape = { name: [{ text: "text", prefix: ["text"], given: ["text"], family: "text" }] } as const;
const idOfStaff = /^[A-Za-z0-9._-]{1,64}$/;

/** The directory holds no patient: an id of staff may stand in a URL. */
async function nameOf(id: string, signal: AbortSignal): Promise<string> {
  const request = new Request(new URL(`/fhir/Practitioner/${id}`, location.origin), {
    headers: { Accept: "application/fhir+json" },
    signal,
  });
  const name = whatFits(shape, await (await ask(request)).json()).name?.[0];
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
