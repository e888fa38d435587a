// CasePage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function CasePage() {
  return <Page title={texts.work.title}>{null}</Page>;
}
