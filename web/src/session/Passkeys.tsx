// Passkeys.tsx - one's own passkeys: which there are, a new one, one that goes; and which ways in were rehearsed.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { Dialog } from "../parts/Dialog";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { PasskeyList } from "./PasskeyList";
import { ProofDeclined, useProof } from "./proof";
import { Rehearsal } from "./Rehearsal";
import { enrolPasskey, listPasskeys, NoPasskey, passkeysHere, removePasskey } from "./webauthn";

const say = texts.passkeys;

export function PasskeysDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const prove = useProof();
  const own = useQuery({ queryKey: ["passkeys"], queryFn: listPasskeys });
  const refresh = () => client.invalidateQueries({ queryKey: ["passkeys"] });
  return (
    <Dialog title={say.title} onClose={onClose}>
      <p>{say.what}</p>
      {own.error ? <ProblemMessage error={own.error} retry={() => void own.refetch()} /> : null}
      {own.data?.length === 0 ? <p className="h-quiet">{say.none}</p> : null}
      <PasskeyList
        passkeys={own.data ?? []}
        means={say.removeMeans}
        onRemove={async (passkey) => {
          await prove(() => removePasskey(passkey));
          await refresh();
        }}
      />
      {passkeysHere ? <Enrol onDone={refresh} /> : <p className="h-note">{say.notHere}</p>}
      <Rehearsal hasPasskey={(own.data ?? []).length > 0} />
    </Dialog>
  );
}

function Enrol({ onDone }: { onDone: () => Promise<unknown> }) {
  const prove = useProof();
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState("");
  const work = useMutation({
    mutationFn: (given: string) => prove(() => enrolPasskey(given)),
    onSuccess: async () => {
      setName("");
      await onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(name.trim() === "" ? say.emptyName : "");
    if (name.trim() !== "" && !work.isPending) work.mutate(name.trim());
  };
  const refused = work.error !== null && !(work.error instanceof ProofDeclined);
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        id="passkey-name"
        label={say.name}
        hint={say.nameHint}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={64}
        autoComplete="off"
        {...wrongIf(wrong)}
      />
      {refused ? (
        work.error instanceof NoPasskey ? (
          <div className="h-problem" role="alert">
            <p>{say.notMade}</p>
          </div>
        ) : (
          <ProblemMessage error={work.error} />
        )
      ) : null}
      <Button type="submit" className="h-button-small" aria-disabled={work.isPending}>
        {say.enrol}
      </Button>
      <p role="status">{work.isSuccess ? say.made : ""}</p>
    </form>
  );
}
