// MinePage.tsx - what the ledger holds about oneself. A copy of it is written down before it is made, and not made otherwise.

import { useState } from "react";
import { saveFile, useCopy } from "../parts/copies";
import { Page } from "../parts/Page";
import { printRecorded } from "../parts/paper";
import { PrintedBy } from "../parts/PrintedBy";
import { Tabs } from "../parts/Tabs";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { csv } from "./csv";
import { MyAccesses } from "./MyAccesses";
import { MyPast } from "./MyPast";
import { useOwnAccesses, useOwnPast } from "./pages";
import { actionText, caseText, endedText, outcomeText, typesText } from "./words";

const words = texts.mine;
type Part = "glass" | "accesses";

function useTable(part: Part): string[][] {
  const accesses = useOwnAccesses(part === "accesses").data?.pages.flatMap((page) => page.accesses) ?? [];
  const glass = useOwnPast(part === "glass").data?.pages.flatMap((page) => page.glass) ?? [];
  if (part === "glass") {
    const head = words.glass;
    return [
      [head.at, head.patient, head.reason, head.ended, head.endedAt, head.case],
      ...glass.map((each) => [each.opened_at, each.patient, each.label, endedText(each), each.ended_at ?? "", caseText(each)]),
    ];
  }
  const head = words.accesses;
  return [
    [head.entry, head.at, head.patient, head.action, head.types, head.records, head.basis, head.glassId, head.outcome],
    ...accesses.map((each) => [
      String(each.index),
      each.at,
      each.patient ?? "",
      actionText(each),
      typesText(each),
      String(each.resources),
      each.basis,
      each.glass ?? "",
      outcomeText(each),
    ]),
  ];
}

export function MinePage() {
  const [part, setPart] = useState<Part>("glass");
  const table = useTable(part);
  const copy = useCopy(part);
  const count = table.length - 1;
  const print = () =>
    copy.mutate({
      kind: "print",
      what: words.copies.printWhat[part](count),
      make: printRecorded,
    });
  const save = () =>
    copy.mutate({
      kind: "download",
      what: words.copies.downloadWhat[part](count),
      make: () => saveFile(words.copies.file[part], "text/csv;charset=utf-8", csv(table)),
    });
  const ways: [string, () => void][] = [
    [words.copies.print, print],
    [words.copies.download, save],
  ];
  const actions = ways.map(([text, act]) => (
    <button
      key={text}
      type="button"
      className="nhsuk-button nhsuk-button--secondary h-button-small"
      disabled={count < 1 || copy.isPending}
      onClick={act}
    >
      {text}
    </button>
  ));
  return (
    <Page title={words.title} actions={actions}>
      <PrintedBy />
      <p className="h-quiet">{words.intro}</p>
      <p role="status" className={copy.data ? "h-note" : "nhsuk-u-visually-hidden"}>
        {copy.data ? words.copies.recorded : ""}
      </p>
      {copy.isError ? <ProblemMessage error={copy.error} /> : null}
      <Tabs
        label={words.tabs}
        chosen={part}
        onChoose={(id) => setPart(id as Part)}
        tabs={[
          { id: "glass", text: words.glass.title, view: <MyPast /> },
          { id: "accesses", text: words.accesses.title, view: <MyAccesses /> },
        ]}
      />
    </Page>
  );
}
