// App.tsx - signed in, or not, or locked; then the page.

import { useEffect, useRef } from "react";
import { Navigate, Route, Routes, useLocation, useNavigate } from "react-router";
import { ChartPage } from "./chart/ChartPage";
import { ChartProvider } from "./chart/ChartProvider";
import { FindPage } from "./find/FindPage";
import { PageBoundary } from "./parts/Boundary";
import { later } from "./parts/later";
import { Loading } from "./parts/Page";
import { LockScreen } from "./session/Lock";
import { ProofProvider } from "./session/proof";
import { useCovered, useSessionState } from "./session/SessionProvider";
import { SignIn } from "./session/SignIn";
import { lastOf } from "./session/status";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";

// The pages of the hurry come with the first load; the others when somebody goes there.
const ViewerPage = later(() => import("./viewer/ViewerPage").then((m) => m.ViewerPage));
const WorkLayout = later(() => import("./work/WorkLayout").then((m) => m.WorkLayout));
const WorkPage = later(() => import("./work/WorkPage").then((m) => m.WorkPage));
const CasePage = later(() => import("./work/CasePage").then((m) => m.CasePage));
const MinePage = later(() => import("./mine/MinePage").then((m) => m.MinePage));
const PolicyPage = later(() => import("./policy/PolicyPage").then((m) => m.PolicyPage));
const LedgerPage = later(() => import("./ledger/LedgerPage").then((m) => m.LedgerPage));
const CardsPage = later(() => import("./people/CardsPage").then((m) => m.CardsPage));
const PeoplePage = later(() => import("./people/PeoplePage").then((m) => m.PeoplePage));

function Pages() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Navigate to="/find" replace />} />
        <Route path="find" element={<Bounded><FindPage /></Bounded>} />
        <Route path="chart" element={<Bounded><ChartPage /></Bounded>} />
        <Route path="chart/glass" element={<Bounded><ViewerPage /></Bounded>} />
        <Route path="work" element={<Bounded><WorkLayout /></Bounded>}>
          <Route index element={<Bounded><WorkPage /></Bounded>} />
          <Route path=":case" element={<Bounded><CasePage /></Bounded>} />
        </Route>
        <Route path="mine" element={<Bounded><MinePage /></Bounded>} />
        <Route path="policy" element={<Bounded><PolicyPage /></Bounded>} />
        <Route path="ledger" element={<Bounded><LedgerPage /></Bounded>} />
        <Route path="cards" element={<Bounded><CardsPage /></Bounded>} />
        <Route path="people" element={<Bounded><PeoplePage /></Bounded>} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

function Bounded({ children }: { children: React.ReactNode }) {
  const { pathname } = useLocation();
  return <PageBoundary place={pathname}>{children}</PageBoundary>;
}

/** Who signs in where somebody else was begins at the beginning, not at that one's page. */
function useBeginning(staff: string | null): boolean {
  const navigate = useNavigate();
  useLocation(); // going there is what renders again
  const before = useRef(staff);
  const another = before.current !== null && staff !== null && before.current !== staff;
  useEffect(() => {
    if (staff !== null) before.current = staff;
    if (another) void navigate("/find", { replace: true });
  }, [another, navigate, staff]);
  return another;
}

export function App() {
  const { status } = useSessionState();
  const covered = useCovered();
  const another = useBeginning(lastOf(status)?.staff ?? null);
  if (another) return <Loading />;
  if (status.is === "starting") return status.locked ? <LockScreen /> : <Loading />;
  const session = lastOf(status);
  const locked = status.is === "in" && status.session.locked;
  if (session === null) return <SignIn by={status.is === "out" ? status.by : null} />;
  return (
    <>
      {status.is === "out" ? <SignIn by={status.by} staff={status.by === "logout" || session.way === "card" ? undefined : session.staff} /> : null}
      {locked ? <LockScreen /> : null}
      {status.is === "out" && status.by === "logout" ? null : (
        // The pages stay, out of sight, so that what was typed on them is there afterwards.
        <div key={session.staff} hidden={covered} inert={covered}>
          <ProofProvider>
            <ChartProvider>
              <Pages />
            </ChartProvider>
          </ProofProvider>
        </div>
      )}
    </>
  );
}
