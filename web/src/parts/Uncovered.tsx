// Uncovered.tsx - what names a patient on a page that stays, hidden, behind a lock: while it does, this is not in the document.

import type { ReactNode } from "react";
import { useCovered } from "../session/SessionProvider";

export function Uncovered({ children }: { children: ReactNode }) {
  return useCovered() ? null : <>{children}</>;
}
