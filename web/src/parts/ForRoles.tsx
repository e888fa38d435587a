// ForRoles.tsx - a page that is not for everybody. The server decides; this only spares a person a page of refusals.

import type { ReactNode } from "react";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { Page } from "./Page";

export function ForRoles({ roles, title, children }: { roles: string[]; title: string; children: ReactNode }) {
  const may = useHasRole(...roles);
  if (may) return <>{children}</>;
  return (
    <Page title={title}>
      <p>{texts.problems["role-needed"]}</p>
    </Page>
  );
}
