// words.ts - what a glass is for, and how long things last, in words.

import type { OfferedCell } from "../api/types";
import { known } from "../parts/known";
import { useHospital } from "../session/hospital";
import { texts } from "../texts";

/** "observations marked psychotherapy"; a code that has no word stays what it is. */
export function partText(cell: OfferedCell): string {
  const { parts } = texts.glass;
  const type = known(parts.types, cell.type) ?? cell.type;
  const marks = (cell.labels ?? []).map((label) => known(parts.labels, label) ?? label);
  const what = marks.length === 0 ? type : parts.marked(type, marks.join(", "));
  if (cell.action === "append") return parts.append(what);
  if (cell.action === "modify") return parts.modify(what);
  return what;
}

/** "1 hour", "10 minutes", in the hospital's locale. */
export function useDuration(): (seconds: number) => string {
  const { locale } = useHospital();
  return (seconds) => {
    const [value, unit] =
      seconds % 3600 === 0 ? [seconds / 3600, "hour"] : seconds % 60 === 0 ? [seconds / 60, "minute"] : [seconds, "second"];
    return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
  };
}
