// MinePage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function MinePage() {
  return <Page title={texts.mine.title}>{null}</Page>;
}
