// StillOpen.tsx - on the page of the search: that a chart is open behind it.

import { Link } from "react-router";
import { useChart } from "../chart/ChartProvider";
import { Uncovered } from "../parts/Uncovered";
import { texts } from "../texts";

export function StillOpen() {
  const { chart } = useChart();
  if (chart === null) return null;
  return (
    <Uncovered>
      <p className="h-still-open">
        <span>
          {texts.find.stillOpen} <bdi>{chart.found?.name || chart.patient}</bdi>
        </span>
        <Link to="/chart">{texts.find.backToChart}</Link>
      </p>
    </Uncovered>
  );
}
