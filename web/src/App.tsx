// App.tsx - signed in, or not, or locked; then the page.

import { lazy, Suspense } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { ChartProvider } from "./chart/ChartProvider";
import { FindPage } from "./find/FindPage";
import { PageBoundary } from "./parts/Boundary";
import { Loading } from "./parts/Page";
import { LockScreen } from "./session/Lock";
import { ProofProvider } from "./session/proof";
import { useCovered, useSessionState } from "./session/SessionProvider";
import { SignIn } from "./session/SignIn";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";

// The page of the hurry comes with the first load; the others when somebody goes there.
const ChartPage = lazy(() => import("./chart/ChartPage").then((m) => ({ default: m.ChartPage })));
const ViewerPage = lazy(() => import("./viewer/ViewerPage").then((m) => ({ default: m.ViewerPage })));
const WorkLayout = lazy(() => import("./work/WorkLayout").then((m) => ({ default: m.WorkLayout })));
const WorkPage = lazy(() => import("./work/WorkPage").then((m) => ({ default: m.WorkPage })));
const CasePage = lazy(() => import("./work/CasePage").then((m) => ({ default: m.CasePage })));
const MinePage = lazy(() => import("./mine/MinePage").then((m) => ({ default: m.MinePage })));
const PolicyPage = lazy(() => import("./policy/PolicyPage").then((m) => ({ default: m.PolicyPage })));
const LedgerPage = lazy(() => import("./ledger/LedgerPage").then((m) => ({ default: m.LedgerPage })));
const PeoplePage = lazy(() => import("./people/PeoplePage").then((m) => ({ default: m.PeoplePage })));

function Pages() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Navigate to="/find" replace />} />
        <Route path="find" element={<Later><FindPage /></Later>} />
        <Route path="chart" element={<Later><ChartPage /></Later>} />
        <Route path="chart/glass" element={<Later><ViewerPage /></Later>} />
        <Route path="work" element={<Later><WorkLayout /></Later>}>
          <Route index element={<Later><WorkPage /></Later>} />
          <Route path=":case" element={<Later><CasePage /></Later>} />
        </Route>
        <Route path="mine" element={<Later><MinePage /></Later>} />
        <Route path="policy" element={<Later><PolicyPage /></Later>} />
        <Route path="ledger" element={<Later><LedgerPage /></Later>} />
        <Route path="people" element={<Later><PeoplePage /></Later>} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

function Later({ children }: { children: React.ReactNode }) {
  const { pathname } = useLocation();
  return (
    <PageBoundary place={pathname}>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </PageBoundary>
  );
}

export function App() {
  const { status } = useSessionState();
  const covered = useCovered();
  if (status.is === "starting") return <Loading />;
  const session = status.is === "in" ? status.session : status.last;
  const locked = status.is === "in" && status.session.locked;
  if (session === null) return <SignIn by={null} />;
  return (
    <>
      {status.is === "out" ? <SignIn by={status.by} staff={status.by === "logout" ? undefined : session.staff} /> : null}
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
