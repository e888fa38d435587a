// person-of.ts - who a Patient resource says somebody is. Pure.

import type { FoundPatient } from "../api/types";
import { whatFits, type Shaped } from "./shape";

const name = { use: "text", text: "text", given: ["text"], family: "text" } as const;
const shape = { id: "text", name: [name], birthDate: "text", gender: "text" } as const;

/** The official name, else the first; as it is written, else its parts. As the search names people. */
function nameOf(names: Shaped<[typeof name]>): string {
  const best = names.find((one) => one.use === "official") ?? names[0];
  return best?.text ?? [...(best?.given ?? []), best?.family ?? ""].join(" ").trim();
}

/** As much as can be read: the number and nothing else is a person, too. */
export function personOf(resource: unknown): FoundPatient {
  const { id = "", name: names = [], birthDate, gender } = whatFits(shape, resource);
  return { id, name: nameOf(names), birth_date: birthDate ?? null, gender: gender ?? null };
}
