// EnrolDialog.tsx - somebody new. They can sign in once they have a password and an authenticator.

import { useMutation } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { Dialog } from "../parts/Dialog";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { useRefreshPeople } from "./queries";
import { Refused } from "./Refused";
import { isId } from "./roster-order";
import { StaffFields, type Said } from "./StaffFields";

const say = texts.people.enrol;
const nobody: Said = { name: "", roles: [], department: "", active: true };

interface Props {
  taken: string[];
  onEnrolled: (id: string) => void;
  onClose: () => void;
}

export function EnrolDialog({ taken, onEnrolled, onClose }: Props) {
  const [id, setId] = useState("");
  const [said, setSaid] = useState(nobody);
  const [tried, setTried] = useState(false);
  const { setStaff } = usePeopleActions();
  const refresh = useRefreshPeople();
  const work = useMutation({
    mutationFn: async () => {
      await setStaff(id, said);
      await refresh();
    },
    onSuccess: () => onEnrolled(id),
  });
  const wrongId = !isId(id) ? say.badId : taken.includes(id) ? say.takenId : "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrongId === "" && said.name.trim() !== "" && !work.isPending) work.mutate();
  };
  return (
    <Dialog title={say.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextInput
          id="enrol-id"
          label={say.id}
          hint={say.idHint}
          value={id}
          onChange={(event) => setId(event.target.value.trim())}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={64}
          {...wrongIf(tried ? wrongId : "")}
        />
        <StaffFields id="enrol" said={said} onSaid={setSaid} own={false} tried={tried} />
        <Refused error={work.error} />
        <Button type="submit" disabled={work.isPending}>
          {say.submit}
        </Button>
      </form>
    </Dialog>
  );
}
