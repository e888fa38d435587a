// Value.tsx - a measured value with its unit; out of range is said by a word and an arrow, not by colour alone.

import { useHospital } from "../session/hospital";
import { texts } from "../texts";
import type { Mark, Measured, Reading } from "./readings";

const arrows: Record<Exclude<Mark, null>, string> = { "low": "↓", "high": "↑", "very-low": "⇊", "very-high": "⇈", "out": "!" };

const formats = new Map<string, Intl.NumberFormat>(); // each takes longer to make than a table of values to write

export function useNumber(): (value: number) => string {
  const { locale } = useHospital();
  const format = formats.get(locale) ?? new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
  formats.set(locale, format);
  return (value) => format.format(value);
}

export function MarkTag({ mark }: { mark: Mark }) {
  if (mark === null) return null;
  return (
    <span className={mark.startsWith("very") ? "h-tag bad" : "h-tag warn"}>
      <span aria-hidden="true">{arrows[mark]} </span>
      {texts.chart.marks[mark]}
    </span>
  );
}

function One({ measured, labelled }: { measured: Measured; labelled: boolean }) {
  const number = useNumber();
  return (
    <span className="h-value">
      {labelled ? <span className="h-value-label">{measured.label}</span> : null}
      <bdi className={measured.mark === null ? "h-value-number" : "h-value-number out"}>
        {measured.value === null ? measured.text : number(measured.value)}
        {measured.unit === "" ? null : <span className="h-value-unit"> {measured.unit}</span>}
      </bdi>
      <MarkTag mark={measured.mark} />
    </span>
  );
}

export function Values({ reading }: { reading: Reading }) {
  if (reading.measured.length === 0) return <span className="h-quiet">{texts.chart.noValue}</span>;
  return (
    <>
      {reading.measured.map((measured, n) => (
        <One key={n} measured={measured} labelled={reading.measured.length > 1} />
      ))}
    </>
  );
}

export function Range({ measured }: { measured: Measured | undefined }) {
  const number = useNumber();
  if (measured === undefined || (measured.low === null && measured.high === null)) return null;
  const [low, high] = [measured.low, measured.high].map((bound) => (bound === null ? null : number(bound)));
  return <>{low && high ? texts.chart.between(low, high) : low ? texts.chart.from(low) : texts.chart.upTo(high ?? "")}</>;
}
