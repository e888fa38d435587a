// Checkpoint.tsx - the newest signed checkpoint, as it is, and what each line of it says.

import { useQuery } from "@tanstack/react-query";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { fetchCheckpoint } from "./sources";

const say = texts.ledger.checkpoint;

export function Checkpoint() {
  const note = useQuery({
    queryKey: ["ledger", "checkpoint"],
    queryFn: ({ signal }) => fetchCheckpoint(signal),
    refetchInterval: 15_000,
  });
  if (note.isPending) return <Loading />;
  if (note.data === undefined) return <ProblemMessage error={note.error} retry={() => void note.refetch()} />;
  const [origin = "", size = "", root = "", , ...signatures] = note.data.split("\n");
  const lines = [
    { what: say.origin, text: origin },
    { what: say.size, text: size },
    { what: say.root, text: root },
    ...signatures.filter((line) => line !== "").map((line) => ({ what: say.signature, text: line })),
  ];
  return (
    <>
      <p>{say.what}</p>
      <dl className="h-ledger-note">
        {lines.map((line) => (
          <div key={line.text}>
            <dt>{line.what}</dt>
            <dd className="h-code">{line.text}</dd>
          </div>
        ))}
      </dl>
      <p className="h-quiet">{say.open}</p>
    </>
  );
}
