// PeoplePage.tsx - who works here and can break the glass today, which roles there are, which terminals, which emergency cards;
// other systems, and what waits for a second administrator.

import { useState } from "react";
import { useSearchParams } from "react-router";
import { ForRoles } from "../parts/ForRoles";
import { Page } from "../parts/Page";
import { Tabs } from "../parts/Tabs";
import { texts } from "../texts";
import { useSession } from "../session/SessionProvider";
import { Acts } from "./Acts";
import { Cards } from "./Cards";
import { useActs, useLivePeople } from "./queries";
import { Roles } from "./Roles";
import { Roster } from "./Roster";
import type { Wanted } from "./roster-order";
import { Sources } from "./Sources";
import { Terminals } from "./Terminals";

const say = texts.people;
const views = ["staff", "acts", "sources", "terminals", "cards", "roles"];
const everybody: Wanted = { text: "", role: "", standing: "all", order: "name" };

export function PeoplePage() {
  return (
    <ForRoles roles={["privacy-officer", "administrator"]} title={say.title}>
      <People />
    </ForRoles>
  );
}

function People() {
  const [search, setSearch] = useSearchParams();
  const [wanted, setWanted] = useState(everybody);
  const mine = useForMe();
  useLivePeople();
  const asked = search.get("view") ?? "";
  const choose = (id: string) => setSearch({ view: id }, { replace: true });
  const open = (person: string | null) => setSearch(person === null ? { view: "staff" } : { view: "staff", person }, { replace: true });
  return (
    <Page title={say.title}>
      <Tabs
        label={say.title}
        chosen={views.includes(asked) ? asked : "staff"}
        onChoose={choose}
        tabs={[
          { id: "staff", text: say.views.staff, view: <Roster wanted={wanted} onWanted={setWanted} opened={search.get("person")} onOpen={open} /> },
          {
            id: "acts",
            text: say.views.acts,
            count: { value: mine, text: say.acts.count(mine) },
            view: <Acts />,
          },
          { id: "sources", text: say.views.sources, view: <Sources /> },
          { id: "terminals", text: say.views.terminals, view: <Terminals /> },
          { id: "cards", text: say.views.cards, view: <Cards /> },
          {
            id: "roles",
            text: say.views.roles,
            view: (
              <Roles
                onRole={(role) => {
                  setWanted({ ...everybody, role });
                  choose("staff");
                }}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

/** How much waits for somebody who looks: to be agreed to, or to be done as another has agreed. */
function useForMe(): number {
  const acts = useActs();
  const { staff } = useSession();
  return (acts.data ?? []).filter((act) => (act.own ? act.agreed_by !== null : act.agreed_by === null && act.staff !== staff)).length;
}
