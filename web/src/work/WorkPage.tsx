// WorkPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function WorkPage() {
  return <Page title={texts.work.title}>{null}</Page>;
}
