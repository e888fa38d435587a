// ChartPage.tsx

import { Page } from "../parts/Page";
import { texts } from "../texts";

export function ChartPage() {
  return <Page title={texts.chart.title}>{null}</Page>;
}
