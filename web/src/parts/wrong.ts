// wrong.ts - that a field is wrong, and why, for eyes and for screen readers: the design system tells the eyes alone.
//
//   <Textarea {...wrongIf(error)} />   "": nothing is wrong

export function wrongIf(error: string) {
  return { error, "aria-invalid": error === "" ? undefined : true };
}
