// PeoplePage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function PeoplePage() {
  return <Page title={texts.people.title}>{null}</Page>;
}
