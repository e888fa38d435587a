// PolicyPage.tsx - what this hospital allows: the policy in force, proposals, proposing one, and why something is so.

import { useState } from "react";
import { useSearchParams } from "react-router";
import { ForRoles } from "../parts/ForRoles";
import { Loading, Page } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Tabs } from "../parts/Tabs";
import { texts } from "../texts";
import { takeOver } from "./draft";
import { InForceView, type Place } from "./InForceView";
import { Propose } from "./Propose";
import { useLivePolicy, usePolicy, type InForce } from "./queries";
import { Waiting } from "./Waiting";
import { Why } from "./Why";

const say = texts.policy;

export function PolicyPage() {
  return (
    <ForRoles roles={["privacy-officer", "administrator"]} title={say.title}>
      <Policy />
    </ForRoles>
  );
}

function Policy() {
  const policy = usePolicy();
  useLivePolicy();
  return (
    <Page title={say.title}>
      {policy.data ? <Views policy={policy.data} /> : null}
      {policy.isPending ? <Loading /> : null}
      {policy.error !== null ? <ProblemMessage error={policy.error} retry={() => void policy.refetch()} /> : null}
    </Page>
  );
}

const views = ["in-force", "waiting", "propose", "why"];

function Views({ policy }: { policy: InForce }) {
  const [search, setSearch] = useSearchParams();
  const [place, setPlace] = useState<Place | null>(null);
  const [drafts, setDrafts] = useState(0);
  const asked = search.get("view") ?? "";
  const choose = (id: string) => setSearch({ view: id }, { replace: true });
  const waiting = policy.proposals.length;
  const show = (line: number) => {
    setPlace((before) => ({ line, turn: (before?.turn ?? 0) + 1 }));
    choose("in-force");
  };
  return (
    <Tabs
      label={say.title}
      chosen={views.includes(asked) ? asked : "in-force"}
      onChoose={choose}
      tabs={[
        { id: "in-force", text: say.views.inForce, view: <InForceView policy={policy} place={place} onPlace={show} /> },
        {
          id: "waiting",
          text: say.views.waiting,
          count: { value: waiting, text: say.waitingCount(waiting) },
          view: (
            <Waiting
              policy={policy}
              onTakeOver={(text, note) => {
                takeOver({ text, note, base: policy });
                setDrafts(drafts + 1);
                choose("propose");
              }}
            />
          ),
        },
        {
          id: "propose",
          text: say.views.propose,
          view: <Propose key={drafts} policy={policy} onDone={() => choose("waiting")} />,
        },
        { id: "why", text: say.views.why, view: <Why policy={policy} onPlace={show} /> },
      ]}
    />
  );
}
