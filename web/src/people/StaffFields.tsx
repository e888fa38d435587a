// StaffFields.tsx - what is said of a person: name, roles, department, and whether they are active.

import { Checkboxes, TextInput } from "nhsuk-react-components";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { useRoles } from "./queries";

const say = texts.people.fields;

export interface Said {
  name: string;
  roles: string[];
  department: string;
  active: boolean;
}

interface Props {
  /** Distinguishes the fields of one form from those of another. */
  id: string;
  said: Said;
  onSaid: (said: Said) => void;
  /** Roles and whether one is active are somebody else's to change. */
  own: boolean;
  tried: boolean;
}

export function StaffFields({ id, said, onSaid, own, tried }: Props) {
  const roles = useRoles();
  const known = [...new Set([...(roles.data ?? []).map(({ role }) => role), ...said.roles])].sort();
  const set = (change: Partial<Said>) => onSaid({ ...said, ...change });
  return (
    <>
      <TextInput
        id={`${id}-name`}
        label={say.name}
        value={said.name}
        onChange={(event) => set({ name: event.target.value })}
        autoComplete="off"
        dir="auto"
        maxLength={300}
        {...wrongIf(tried && said.name.trim() === "" ? say.noName : "")}
      />
      <TextInput
        id={`${id}-department`}
        label={texts.optional(say.department)}
        value={said.department}
        onChange={(event) => set({ department: event.target.value })}
        autoComplete="off"
        maxLength={64}
      />
      {own ? (
        <p className="h-note">{say.own}</p>
      ) : (
        <>
          {/* The design system takes no group of none: the roles may not be known yet. */}
          {known.length === 0 ? null : (
            <Checkboxes id={`${id}-roles`} legend={say.roles} legendProps={{ size: "s" }} hint={say.rolesHint} small className="h-role-boxes">
              {known.map((role) => (
                <Checkboxes.Item
                  key={role}
                  id={`${id}-role-${role}`}
                  value={role}
                  checked={said.roles.includes(role)}
                  onChange={(event) =>
                    set({
                      roles: event.target.checked ? [...said.roles, role] : said.roles.filter((each) => each !== role),
                    })
                  }
                >
                  {role}
                </Checkboxes.Item>
              ))}
            </Checkboxes>
          )}
          <Checkboxes id={`${id}-active`} legend={say.standing} legendProps={{ size: "s" }}>
            <Checkboxes.Item
              id={`${id}-is-active`}
              value="active"
              checked={said.active}
              hint={say.activeHint}
              onChange={(event) => set({ active: event.target.checked })}
            >
              {say.active}
            </Checkboxes.Item>
          </Checkboxes>
        </>
      )}
    </>
  );
}
