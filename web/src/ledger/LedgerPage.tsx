// LedgerPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function LedgerPage() {
  return <Page title={texts.ledger.title}>{null}</Page>;
}
