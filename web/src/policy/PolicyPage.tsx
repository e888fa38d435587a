// PolicyPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function PolicyPage() {
  return <Page title={texts.policy.title}>{null}</Page>;
}
