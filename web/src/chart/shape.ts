// shape.ts - what is read of a resource, and whether it has the shape that it should have. Pure.
//
//   const shape = { status: "text", code: concept, note: [{ text: "text" }] } as const;
//   shaped(shape, resource).code?.text
//
// A record comes from another system, and whoever may add to a chart has a say in what stands in it. So nothing is
// taken for granted: what is missing is undefined, and the type says so; what has another shape is thrown as Misshapen,
// and the resource is shown as one that cannot be. Half of it is not shown: the other half might change what it means.
// INVARIANT: what comes out has the members that were asked for, and no others.

export type Shape = "text" | "number" | "boolean" | "anything" | readonly [Shape] | { readonly [member: string]: Shape };

export type Shaped<S> = S extends "text"
  ? string
  : S extends "number"
    ? number
    : S extends "boolean"
      ? boolean
      : S extends "anything"
        ? unknown
        : S extends readonly [infer Each]
          ? Shaped<Each>[]
          : { [Member in keyof S]?: Shaped<S[Member]> | undefined };

export class Misshapen extends Error {}

function ofText(shape: "text" | "number" | "boolean" | "anything", value: unknown): unknown {
  const fits =
    shape === "anything" ||
    (shape === "text" && typeof value === "string") ||
    // A number too great for a number is read as infinity: nobody measured that.
    (shape === "number" && Number.isFinite(value)) ||
    (shape === "boolean" && typeof value === "boolean");
  if (!fits) throw new Misshapen();
  return value;
}

function of(shape: Shape, value: unknown): unknown {
  if (typeof shape === "string") return ofText(shape, value);
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(shape)) throw new Misshapen();
  if (Array.isArray(shape)) {
    // A null in a list stands for what only has extensions.
    const [each] = shape as readonly [Shape];
    return (value as unknown[]).filter((one) => one !== null && one !== undefined).map((one) => of(each, one));
  }
  const out: Record<string, unknown> = {};
  for (const [member, inner] of Object.entries(shape)) {
    const given = Object.hasOwn(value, member) ? (value as Record<string, unknown>)[member] : undefined;
    if (given !== undefined && given !== null) out[member] = of(inner, given);
  }
  return out;
}

export function shaped<S extends Shape>(shape: S, value: unknown): Shaped<S> {
  return of(shape, value) as Shaped<S>;
}

/** Of a resource that cannot be read as a whole: the members that can be. */
export function whatFits<S extends { readonly [member: string]: Shape }>(shape: S, value: unknown): Shaped<S> {
  const out: Record<string, unknown> = {};
  for (const [member, inner] of Object.entries(shape)) {
    try {
      Object.assign(out, of({ [member]: inner }, value));
    } catch (error) {
      if (!(error instanceof Misshapen)) throw error;
    }
  }
  return out as Shaped<S>;
}

/** Reads each by itself: one that cannot be read is what `unreadable` says, and the others stay. */
export function eachRead<Out>(
  resources: readonly unknown[],
  read: (resource: unknown, at: number) => Out[],
  unreadable: (resource: unknown, at: number) => Out,
): Out[] {
  return resources.flatMap((resource, at) => {
    try {
      return read(resource, at);
    } catch {
      return [unreadable(resource, at)];
    }
  });
}

export const coding = { system: "text", code: "text", display: "text" } as const;
export const concept = { text: "text", coding: [coding] } as const;
export const quantity = { value: "number", unit: "text", code: "text", comparator: "text" } as const;
export const period = { start: "text" } as const;
export const reference = { reference: "text", display: "text" } as const;
