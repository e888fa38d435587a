// ViewerPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function ViewerPage() {
  return <Page title={texts.viewer.title}>{null}</Page>;
}
