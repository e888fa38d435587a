// ChangeForm.tsx - a person's name, department, roles and standing are changed; asks once more where that ends sessions.

import { useMutation } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import type { Staff } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { Refused } from "./Refused";
import { peopleSays } from "./SecondPerson";
import { StaffFields, type Said } from "./StaffFields";

const say = texts.people.change;

function saidOf(person: Staff): Said {
  return { name: person.name, roles: person.own_roles, department: person.department ?? "", active: person.active };
}

function sameRoles(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((role) => b.includes(role));
}

export function ChangeForm({ person, own }: { person: Staff; own: boolean }) {
  const [said, setSaid] = useState(() => saidOf(person));
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const { setStaff } = usePeopleActions();
  // Roles in another order are the same roles; sent anew they would end sessions for nothing.
  const kept = sameRoles(said.roles, person.own_roles) ? person.own_roles : said.roles;
  const send = () => setStaff(person.staff, { ...said, roles: kept });
  const work = useMutation({ mutationFn: send });
  const endsSessions = kept !== person.own_roles || (person.active && !said.active);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (said.name.trim() === "" || work.isPending) return;
    if (endsSessions) setAsking(true);
    else work.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <StaffFields id="change" said={said} onSaid={setSaid} own={own} tried={tried} />
      <Refused error={work.error} />
      <Button type="submit" secondary className="h-button-small" disabled={work.isPending}>
        {say.submit}
      </Button>
      <p role="status">{work.isSuccess ? say.done : ""}</p>
      {asking ? (
        <Confirm
          title={say.title(person.name)}
          does={said.active ? say.does : say.deactivate}
          onDo={send}
          onClose={() => setAsking(false)}
          problem={peopleSays}
        >
          <p dir="auto">{said.active ? say.rolesMean(person.name, kept.join(", ") || texts.none) : say.deactivateMeans(person.name)}</p>
        </Confirm>
      ) : null}
    </form>
  );
}
