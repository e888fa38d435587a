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
}

export function Findings({ name, value, onChange, error }: Props) {
  return (
    <Radios legend={texts.work.case.finding} legendProps={{ size: "s" }} name={name} idPrefix={name} error={error} small>
      {findings.map((finding) => (
        <Radios.Item
          key={finding}
          value={finding}
          checked={value === finding}
          onChange={() => onChange(finding)}
          hint={texts.work.findingHints[finding]}
        >
          {texts.work.findings[finding]}
        </Radios.Item>
      ))}
    </Radios>
  );
}
