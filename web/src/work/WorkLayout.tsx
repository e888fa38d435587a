// WorkLayout.tsx - the list of cases and the cases themselves: while one is at either, the list is kept up to date.

import { Outlet } from "react-router";
import { useLiveCases } from "./cases";
import { QueueViewProvider } from "./view";

export function WorkLayout() {
  useLiveCases();
  return (
    <QueueViewProvider>
      <Outlet />
    </QueueViewProvider>
  );
}
