// TerminalDialog.tsx - a terminal is enrolled, or stands elsewhere from now on, which ends the sessions on it.

import { useMutation } from "@tanstack/react-query";
import { Button, Checkboxes, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import type { Schemas } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { usePeopleActions, type TerminalSaid } from "./actions";
import { Refused } from "./Refused";
import { isId } from "./roster-order";

const say = texts.people.terminals;
type Terminal = Schemas["Terminal"];

interface Props {
  terminals: Terminal[];
  /** Null: a new one. */
  changing: Terminal | null;
  onClose: () => void;
}

function isPlace(text: string): boolean {
  return text.split("/").length <= 2 && text.split("/").every(isId);
}

export function TerminalDialog({ terminals, changing, onClose }: Props) {
  const [id, setId] = useState(changing?.terminal ?? "");
  const [said, setSaid] = useState<TerminalSaid>({
    place: changing?.place ?? "",
    use: changing?.use ?? "",
    active: changing?.active ?? true,
  });
  const [tried, setTried] = useState(false);
  const { setTerminal } = usePeopleActions();
  const work = useMutation({ mutationFn: () => setTerminal(id, said), onSuccess: onClose });
  const taken = changing === null && terminals.some((each) => each.terminal === id);
  const wrongId = !isId(id) ? say.badId : taken ? say.takenId : "";
  const wrongPlace = isPlace(said.place.trim()) ? "" : say.badPlace;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrongId === "" && wrongPlace === "" && !work.isPending) work.mutate();
  };
  const places = [...new Set(terminals.map((each) => each.place).filter((place) => place !== null))].sort();
  return (
    <Dialog title={changing === null ? say.enrol : say.changeNamed(changing.terminal)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        {changing === null ? (
          <TextInput
            id="terminal-id"
            label={say.id}
            value={id}
            onChange={(event) => setId(event.target.value.trim())}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            {...wrongIf(tried ? wrongId : "")}
          />
        ) : (
          <p className="h-note">{say.changeMeans}</p>
        )}
        <TextInput
          id="terminal-place"
          label={say.place}
          hint={say.placeHint}
          list="terminal-places"
          value={said.place}
          onChange={(event) => setSaid({ ...said, place: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          maxLength={128}
          {...wrongIf(tried ? wrongPlace : "")}
        />
        <datalist id="terminal-places">
          {places.map((place) => (
            <option key={place} value={place} />
          ))}
        </datalist>
        <TextInput
          id="terminal-use"
          label={texts.optional(say.use)}
          value={said.use}
          onChange={(event) => setSaid({ ...said, use: event.target.value })}
          autoComplete="off"
          maxLength={64}
        />
        <Checkboxes id="terminal-active">
          <Checkboxes.Item
            id="terminal-is-active"
            value="active"
            checked={said.active}
            onChange={(event) => setSaid({ ...said, active: event.target.checked })}
          >
            {say.isActive}
          </Checkboxes.Item>
        </Checkboxes>
        <Refused error={work.error} />
        <Button type="submit" disabled={work.isPending}>
          {changing === null ? say.enrol : say.save}
        </Button>
      </form>
    </Dialog>
  );
}
