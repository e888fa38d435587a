// FindPage.tsx - finding a patient, in a hurry: by name or number as one types, birth date, ward.
//
// INVARIANT: what is searched for is in the body of a request and nowhere else.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { Page } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { BirthDate, useBirthDate } from "./BirthDate";
import { patienceFor, worthAsking, type Given } from "./criteria";
import { FoundList, optionId } from "./FoundList";
import { RecentCharts } from "./RecentCharts";
import { useOpening } from "./opening";
import { findPatients } from "./search";
import { StillOpen } from "./StillOpen";
import { WardChoice } from "./WardChoice";

const same = (one: Given | null, other: Given) =>
  one !== null && one.who.trim() === other.who.trim() && one.born === other.born && one.ward === other.ward;

export function FindPage() {
  const { coming, refused, choose, isForReasons } = useOpening();
  const [who, setWho] = useState("");
  const [ward, setWard] = useState("");
  const birth = useBirthDate();
  const [asked, setAsked] = useState<Given | null>(null);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const given: Given = { who, born: birth.iso, ward };

  useEffect(() => field.current?.focus(), []);

  // Asks when one has stopped typing.
  useEffect(() => {
    const next = { who, born: birth.iso, ward };
    if (!worthAsking(next)) {
      setAsked(null);
      return;
    }
    const timer = setTimeout(() => setAsked((before) => (same(before, next) ? before : next)), patienceFor(who));
    return () => clearTimeout(timer);
  }, [who, birth.iso, ward]);

  const found = useQuery({
    queryKey: ["find", asked?.who.trim(), asked?.born, asked?.ward],
    queryFn: ({ signal }) => findPatients(asked, signal),
    enabled: asked !== null,
    gcTime: 60_000,
  });
  const patients = asked === null ? [] : (found.data?.patients ?? []);
  const current = same(asked, given);
  // The only one is marked: Enter opens it.
  useEffect(() => setActive(found.data?.patients.length === 1 ? 0 : -1), [found.data]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const marked = patients[active];
    if (!current) {
      if (who.trim() !== "" || given.born !== null || ward !== "") setAsked(given);
    } else if (marked !== undefined) choose(marked.id, marked);
    else if (found.isError) void found.refetch();
    else if (patients.length > 0) setActive(0);
  };
  const steer = (event: KeyboardEvent) => {
    const last = patients.length - 1;
    if (isForReasons(event.key)) return event.preventDefault();
    if (last < 0) return;
    if (event.key === "ArrowDown") setActive((at) => Math.min(last, at + 1));
    else if (event.key === "ArrowUp") setActive((at) => Math.max(0, at - 1));
    else if (event.key === "Escape" && active >= 0) setActive(-1);
    else return;
    event.preventDefault();
  };

  return (
    <Page title={texts.find.title} ownFocus>
      <StillOpen />
      <form className="h-find" role="search" onSubmit={submit} noValidate>
        <div className="h-find-who">
          <label className="nhsuk-label" htmlFor="find-who">
            {texts.find.who}
          </label>
          <input
            ref={field}
            id="find-who"
            className="nhsuk-input"
            type="search"
            role="combobox"
            aria-expanded={patients.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={active >= 0 ? optionId(list, active) : undefined}
            aria-describedby="find-hint"
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="search"
            maxLength={200}
            dir="auto"
            value={who}
            onChange={(event) => setWho(event.target.value)}
            onKeyDown={steer}
          />
        </div>
        <BirthDate birth={birth} onKeyDown={steer} />
        <WardChoice ward={ward} onChange={setWard} />
        <button type="submit" className="nhsuk-button h-button-small">
          {texts.find.submit}
        </button>
      </form>
      <p className="h-quiet" id="find-hint">
        {texts.find.hint}
      </p>
      {refused === null ? null : <ProblemMessage error={refused} />}
      {found.isError && asked !== null ? (
        <ProblemMessage error={found.error} retry={() => void found.refetch()} />
      ) : null}
      <FoundList
        id={list}
        patients={patients}
        more={found.data?.more ?? false}
        state={asked === null ? "idle" : found.isFetching ? "searching" : found.isError ? "failed" : "done"}
        active={active}
        coming={coming}
        onChoose={(patient) => choose(patient.id, patient)}
      />
      {asked === null ? <RecentCharts onChoose={choose} /> : null}
    </Page>
  );
}
