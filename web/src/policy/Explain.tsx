// Explain.tsx - a decision asked about: who, whose chart, what; the answer is taken apart by Chain. Looking is an entry.

import { useMutation } from "@tanstack/react-query";
import { Button, Select, TextInput } from "nhsuk-react-components";
import { useMemo, useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Uncovered } from "../parts/Uncovered";
import { wrongIf } from "../parts/wrong";
import { useStaff } from "../people/queries";
import { texts } from "../texts";
import { Chain, type Decision } from "./Chain";
import { lineOf, outlineOf } from "./outline";
import type { InForce } from "./queries";

const say = texts.policy.explain;
const actions = ["read", "append", "modify", "search"] as const;
type Action = (typeof actions)[number];

const types = [
  "Patient", "AllergyIntolerance", "CarePlan", "Claim", "Condition", "Consent", "Coverage", "DiagnosticReport",
  "DocumentReference", "Encounter", "Flag", "ImagingStudy", "Immunization", "MedicationRequest", "MedicationStatement",
  "Observation", "Procedure", "QuestionnaireResponse", "ServiceRequest",
];

interface Question {
  staff: string;
  patient: string;
  action: Action;
  type: string;
  labels: string;
}

function ask(question: Question): Promise<Decision> {
  const labels = question.labels.split(/[\s,]+/).filter((label) => label !== "");
  return told(
    api.POST("/api/v1/policy/explain", {
      body: {
        patient: question.patient.trim(),
        action: question.action,
        type: question.type.trim(),
        ...(question.staff.trim() === "" ? {} : { staff: question.staff.trim() }),
        ...(labels.length === 0 ? {} : { labels }),
      },
    }),
  );
}

export function Explain({ policy, onPlace }: { policy: InForce; onPlace: (line: number) => void }) {
  const [question, setQuestion] = useState<Question>({ staff: "", patient: "", action: "read", type: "Patient", labels: "" });
  const [tried, setTried] = useState(false);
  const outline = useMemo(() => outlineOf(policy.text), [policy.text]);
  const staff = useStaff();
  const work = useMutation({ mutationFn: ask, gcTime: 0 });
  const set = (change: Partial<Question>) => setQuestion({ ...question, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (question.patient.trim() !== "" && question.type.trim() !== "" && !work.isPending) work.mutate(question);
  };
  const nobody = isProblem(work.error) && work.error.status === 404;
  return (
    <>
      <p>{say.what}</p>
      <form onSubmit={submit} noValidate className="h-explain">
        <TextInput
          id="explain-staff"
          label={say.staff}
          hint={say.staffHint}
          list="explain-staff-known"
          value={question.staff}
          onChange={(event) => set({ staff: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          {...wrongIf(nobody ? say.nobody : "")}
        />
        <datalist id="explain-staff-known">
          {(staff.data ?? []).map((person) => (
            <option key={person.staff} value={person.staff} label={person.name} />
          ))}
        </datalist>
        <TextInput
          id="explain-patient"
          label={say.patient}
          hint={say.patientHint}
          value={question.patient}
          onChange={(event) => set({ patient: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          {...wrongIf(tried && question.patient.trim() === "" ? say.noPatient : "")}
        />
        <Select
          id="explain-action"
          label={say.action}
          value={question.action}
          onChange={(event) => set({ action: event.target.value as Action })}
        >
          {actions.map((action) => (
            <Select.Option key={action} value={action}>
              {say.actions[action]}
            </Select.Option>
          ))}
        </Select>
        <TextInput
          id="explain-type"
          label={say.type}
          hint={say.typeHint}
          list="explain-types"
          value={question.type}
          onChange={(event) => set({ type: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          {...wrongIf(tried && question.type.trim() === "" ? say.noType : "")}
        />
        <datalist id="explain-types">
          {types.map((type) => (
            <option key={type} value={type} />
          ))}
        </datalist>
        <TextInput
          id="explain-labels"
          label={texts.optional(say.labels)}
          hint={say.labelsHint}
          value={question.labels}
          onChange={(event) => set({ labels: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          maxLength={512}
        />
        <div className="h-explain-send">
          <Button type="submit" disabled={work.isPending}>
            {say.submit}
          </Button>
        </div>
      </form>
      {work.error !== null && !nobody ? <ProblemMessage error={work.error} /> : null}
      {work.data && !work.isPending ? (
        <Uncovered>
          <Chain decision={work.data} lineOf={(rule) => lineOf(outline, rule)} onPlace={onPlace} />
        </Uncovered>
      ) : null}
    </>
  );
}
