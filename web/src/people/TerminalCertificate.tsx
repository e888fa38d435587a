// TerminalCertificate.tsx - which certificate a terminal shows when it connects; by it the server knows where it stands.

import { useMutation } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import type { Schemas } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { certificateIn } from "./certificate";
import { Refused } from "./Refused";

const say = texts.people.terminals.certificates;

export function TerminalCertificate({ of, onClose }: { of: Schemas["Terminal"]; onClose: () => void }) {
  const { setCertificate, dropCertificate } = usePeopleActions();
  const [chosen, setChosen] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const [takes, setTakes] = useState(false);
  const keep = useMutation({ mutationFn: (pem: string) => setCertificate(of.terminal, pem), onSuccess: onClose });
  const drop = useMutation({ mutationFn: () => dropCertificate(of.terminal), onSuccess: onClose });
  const known = of.certificate ?? null;
  const busy = keep.isPending || drop.isPending;
  const take = async (file: File) => {
    const held = certificateIn(new Uint8Array(await file.slice(0, 100_000).arrayBuffer()));
    setChosen(held);
    setWrong(held === null ? say.notOne : "");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) setWrong(wrong === "" ? say.none : wrong);
    else if (!busy) keep.mutate(chosen);
  };
  return (
    <Dialog title={say.titleOf(of.terminal)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.what}</p>
        {known === null ? null : (
          <dl className="h-told">
            <div>
              <dt>{say.now}</dt>
              <dd className="h-code h-fingerprint">{known}</dd>
            </div>
          </dl>
        )}
        <div className={wrong === "" ? "nhsuk-form-group" : "nhsuk-form-group nhsuk-form-group--error"}>
          <label className="nhsuk-label" htmlFor="terminal-certificate">
            {say.file}
          </label>
          <div className="nhsuk-hint" id="terminal-certificate-hint">
            {say.fileHint}
          </div>
          {wrong === "" ? null : (
            <span className="nhsuk-error-message" id="terminal-certificate-wrong" role="alert">
              {wrong}
            </span>
          )}
          <input
            id="terminal-certificate"
            className="h-file-input"
            type="file"
            accept=".pem,.crt,.cer,.der,application/x-pem-file,application/pkix-cert"
            aria-describedby={wrong === "" ? "terminal-certificate-hint" : "terminal-certificate-hint terminal-certificate-wrong"}
            aria-invalid={wrong !== ""}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) void take(file);
            }}
          />
        </div>
        {takes ? <p className="h-note">{say.dropMeans}</p> : null}
        <Refused error={keep.error ?? drop.error} />
        <div className="h-buttons">
          <Button type="submit" className="h-button-small" disabled={busy}>
            {known === null ? say.set : say.setAnother}
          </Button>
          {known === null ? null : (
            <button
              type="button"
              className={`nhsuk-button h-button-small ${takes ? "nhsuk-button--warning" : "nhsuk-button--secondary"}`}
              disabled={busy}
              onClick={() => (takes ? drop.mutate() : setTakes(true))}
            >
              {takes ? say.dropNow : say.drop}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
