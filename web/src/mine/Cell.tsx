// Cell.tsx - a cell of a table whose rows become cards on a narrow screen: it knows the name of its column.

import type { ReactNode } from "react";

export function Cell({ of, children }: { of: string; children: ReactNode }) {
  return (
    <td role="cell" data-label={of}>
      <span>{children}</span>
    </td>
  );
}
