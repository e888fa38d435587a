// FindPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function FindPage() {
  return <Page title={texts.find.title}>{null}</Page>;
}
