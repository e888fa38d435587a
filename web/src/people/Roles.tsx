// Roles.tsx - every role, and how many active people hold it.

import { Loading } from "../parts/Page";
import { useNumber } from "../parts/numbers";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useRoles } from "./queries";

const say = texts.people.roleList;

export function Roles({ onRole }: { onRole: (role: string) => void }) {
  const roles = useRoles();
  const number = useNumber();
  if (roles.isPending) return <Loading />;
  if (roles.data === undefined) return <ProblemMessage error={roles.error} retry={() => void roles.refetch()} />;
  return (
    <table className="h-table h-role-table">
      <caption className="nhsuk-u-visually-hidden">{say.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{say.role}</th>
          <th scope="col">{say.people}</th>
        </tr>
      </thead>
      <tbody>
        {roles.data.map(({ role, staff }) => (
          <tr key={role}>
            <th scope="row">
              <button type="button" className="h-link-button" onClick={() => onRole(role)}>
                {role}
              </button>
            </th>
            <td>{staff === 0 ? <span className="h-tag warn">{say.nobody}</span> : number(staff)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
