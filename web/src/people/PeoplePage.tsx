// PeoplePage.tsx - who works here and can break the glass today, which roles there are, which terminals, which emergency cards.

import { useState } from "react";
import { useSearchParams } from "react-router";
import { ForRoles } from "../parts/ForRoles";
import { Page } from "../parts/Page";
import { Tabs } from "../parts/Tabs";
import { texts } from "../texts";
import { Cards } from "./Cards";
import { useLivePeople } from "./queries";
import { Roles } from "./Roles";
import { Roster } from "./Roster";
import type { Wanted } from "./roster-order";
import { Terminals } from "./Terminals";

const say = texts.people;
const views = ["staff", "terminals", "cards", "roles"];
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
  useLivePeople();
  const asked = search.get("view") ?? "";
  const choose = (id: string) => setSearch({ view: id }, { replace: true });
  return (
    <Page title={say.title}>
      <Tabs
        label={say.title}
        chosen={views.includes(asked) ? asked : "staff"}
        onChoose={choose}
        tabs={[
          { id: "staff", text: say.views.staff, view: <Roster wanted={wanted} onWanted={setWanted} /> },
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
