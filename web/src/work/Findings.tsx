// Findings.tsx - the four findings to choose from, none chosen beforehand.

import { Radios } from "nhsuk-react-components";
import type { Finding } from "../api/types";
import { texts } from "../texts";

export const findings: readonly Finding[] = ["appropriate", "inappropriate", "training", "mistaken"];

interface Props {
  name: string;
  value: Finding | null;
  onChange: (finding: Finding) => void;
  error: string;
  /** Whether it is about being in a chart. */
  ofChart: boolean;
}

export function Findings({ name, value, onChange, error, ofChart }: Props) {
  const hints = ofChart ? texts.work.findingHints : texts.work.findingHintsOther;
  return (
    <Radios legend={texts.work.case.finding} legendProps={{ size: "s" }} name={name} idPrefix={name} error={error} small>
      {findings.map((finding) => (
        <Radios.Item
          key={finding}
          value={finding}
          checked={value === finding}
          onChange={() => onChange(finding)}
          hint={hints[finding]}
        >
          {texts.work.findings[finding]}
        </Radios.Item>
      ))}
    </Radios>
  );
}
