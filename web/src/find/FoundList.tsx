// FoundList.tsx - who was found: minimal demographics, steered from the field by the arrow keys.
//
// Who may not be seen is not there; nothing says that somebody was left out.

import { useEffect, useRef } from "react";
import type { FoundPatient } from "../api/types";
import { useAge } from "../parts/person";
import { Moment } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { texts } from "../texts";

export const optionId = (list: string, at: number) => `${list}-${String(at)}`;

interface Props {
  id: string;
  patients: FoundPatient[];
  more: boolean;
  state: "idle" | "searching" | "failed" | "done";
  active: number;
  /** Whose chart is on its way. */
  coming: string | null;
  onChoose: (patient: FoundPatient) => void;
}

function said({ state, patients, more, coming }: Props): string {
  if (coming !== null) return texts.find.opening(coming);
  if (state === "searching") return texts.find.searching;
  if (state !== "done") return "";
  if (patients.length === 0) return texts.find.nobody;
  return more ? texts.find.tooMany(patients.length) : texts.find.found(patients.length);
}

export function FoundList(props: Props) {
  const { id, patients, state, active, onChoose } = props;
  return (
    <>
      <p className="h-find-said" role="status">
        <Uncovered>{said(props)}</Uncovered>
      </p>
      <div role="listbox" id={id} aria-label={texts.find.results} className="h-found" aria-busy={state === "searching"}>
        {patients.map((patient, at) => (
          <Row key={patient.id} id={optionId(id, at)} patient={patient} active={at === active} onChoose={onChoose} />
        ))}
      </div>
      {state === "done" && patients.length === 0 ? <p className="h-quiet">{texts.find.nobodyHelp}</p> : null}
    </>
  );
}

interface RowProps {
  id: string;
  patient: FoundPatient;
  active: boolean;
  onChoose: (patient: FoundPatient) => void;
}

function Row({ id, patient, active, onChoose }: RowProps) {
  const age = useAge();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    // The keyboard steers from the field, as a combobox does.
    <div
      ref={row}
      id={id}
      role="option"
      aria-selected={active}
      className={active ? "h-found-row active" : "h-found-row"}
      onClick={() => onChoose(patient)}
    >
      <bdi className="h-found-name">{patient.name || texts.person.noName}</bdi>
      <span className="h-found-fact">
        {texts.person.born} <Moment at={patient.birth_date} shape="date" />
        {patient.birth_date ? <span className="h-found-age">{age(patient.birth_date)}</span> : null}
      </span>
      <span className="h-found-fact">{texts.person.gender(patient.gender)}</span>
      <span className="h-found-id">{patient.id}</span>
    </div>
  );
}
