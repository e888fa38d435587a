// main.tsx - the console: its parts, and which page stands at which address.
//
// No address holds anything of a patient: the chart is the one that the session has in focus.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiProblem } from "./api/problem";
import { App } from "./App";
import { Back } from "./session/Back";
import { cameBackHere, sayCameBack } from "./session/elsewhere";
import { RootBoundary } from "./parts/Boundary";
import { SessionProvider } from "./session/SessionProvider";
import { applyStoredTheme } from "./shell/theme";

applyStoredTheme();

const back = cameBackHere();
if (back !== null) sayCameBack(back);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What was refused is refused; what failed may go well the next time.
      retry: (failures, error) =>
        failures < 3 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 502),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 4000),
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

const root = document.getElementById("console");
if (root === null) throw new Error("the page has no place for the console");
// What could not be shown is said in its place. It is not logged: the words of an error may hold what a chart holds.
const unlogged = { onCaughtError: () => undefined, onUncaughtError: () => undefined, onRecoverableError: () => undefined };
// Without transitions, the page that one comes to is made in the same moment as what leads to it, and nothing gets in between.
createRoot(root, unlogged).render(
  <StrictMode>
    <RootBoundary>
      {back !== null ? (
        <Back wrong={back.word !== ""} />
      ) : (
        <QueryClientProvider client={client}>
          <SessionProvider>
            <BrowserRouter basename="/console" useTransitions={false}>
              <App />
            </BrowserRouter>
          </SessionProvider>
        </QueryClientProvider>
      )}
    </RootBoundary>
  </StrictMode>,
);
