// MeasurementForm.tsx - one of a few common measurements, taken now.

import { useEffect, useRef, useState, type FormEvent } from "react";
import { serverNow } from "../api/clock";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { measurements, observationOf, readNumber, type Field } from "./measurements";
import type { FormProps } from "./NoteForm";
import { SendButtons } from "./SendButtons";
import { useSending } from "./sending";

function wrongIn(field: Field, typed: string): string {
  const value = readNumber(typed);
  if (typed.trim() === "") return texts.chart.add.emptyValue(field.label);
  if (value === null) return texts.chart.add.noNumber(field.label);
  if (value < field.least || value > field.most)
    return texts.chart.add.unlikely(field.label, String(field.least), String(field.most), field.unit);
  return "";
}

export function MeasurementForm({ patient, draft, keep, onAdded }: FormProps) {
  const { staff } = useSession();
  const [errors, setErrors] = useState<string[]>([]);
  const choice = useRef<HTMLSelectElement>(null);
  const sending = useSending(onAdded);
  const measurement = measurements.find((one) => one.code === draft.code) ?? measurements[0];
  useEffect(() => choice.current?.focus(), []);
  if (measurement === undefined) return null;
  const typed = (n: number) => draft.values[n] ?? "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sending.isPending) return;
    const found = measurement.fields.map((field, n) => wrongIn(field, typed(n)));
    setErrors(found);
    const first = found.findIndex((error) => error !== "");
    if (first >= 0) {
      document.getElementById(`measure-${String(first)}`)?.focus();
      return;
    }
    const values = measurement.fields.map((_, n) => readNumber(typed(n)) ?? 0);
    sending.mutate({ draft, resource: observationOf(measurement, values, { patient, staff, at: new Date(serverNow()) }) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="h-measure">
        <div>
          <label className="nhsuk-label" htmlFor="measure-what">
            {texts.chart.add.what}
          </label>
          <select
            ref={choice}
            id="measure-what"
            className="nhsuk-select"
            value={measurement.code}
            onChange={(event) => {
              setErrors([]);
              keep({ ...draft, code: event.target.value, values: [] });
            }}
          >
            {measurements.map((one) => (
              <option key={one.code} value={one.code}>
                {one.label}
              </option>
            ))}
          </select>
        </div>
        {measurement.fields.map((field, n) => (
          <ValueField
            key={field.code}
            id={`measure-${String(n)}`}
            field={field}
            typed={typed(n)}
            error={errors[n] ?? ""}
            onChange={(text) => keep({ ...draft, code: measurement.code, values: measurement.fields.map((_, at) => (at === n ? text : typed(at))) })}
          />
        ))}
      </div>
      <SendButtons sending={sending} onThrowAway={() => keep(null)} />
    </form>
  );
}

interface ValueProps {
  id: string;
  field: Field;
  typed: string;
  error: string;
  onChange: (text: string) => void;
}

function ValueField({ id, field, typed, error, onChange }: ValueProps) {
  const wrong = error !== "";
  return (
    <div>
      <label className="nhsuk-label" htmlFor={id}>
        {texts.chart.add.inUnit(field.label, field.unit)}
      </label>
      <input
        id={id}
        className={wrong ? "nhsuk-input nhsuk-input--error" : "nhsuk-input"}
        inputMode="decimal"
        autoComplete="off"
        maxLength={12}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-error` : undefined}
        value={typed}
        onChange={(event) => onChange(event.target.value)}
      />
      {wrong ? (
        <p className="nhsuk-error-message" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}
