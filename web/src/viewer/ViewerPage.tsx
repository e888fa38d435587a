// ViewerPage.tsx - every glass of the open chart: who, when, from where, why, and what became of it.
//
// It takes the same right as the chart, and each look is an entry: it is asked for once, and again only when somebody
// says so.

import { useQuery } from "@tanstack/react-query";
import { Link, Navigate } from "react-router";
import { api, inChart, told } from "../api/client";
import { isProblem } from "../api/problem";
import { useChart, type OpenChart } from "../chart/ChartProvider";
import { PrintButton } from "../chart/PrintButton";
import { Whose } from "../glass/Whose";
import { Loading, Page } from "../parts/Page";
import { PrintedBy } from "../parts/PrintedBy";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { GlassCard } from "./GlassCard";

export function ViewerPage() {
  const { chart, shut } = useChart();
  const { focus } = useSession();
  // After a reload the chart comes first, and with it the right to look.
  if (chart === null && (focus !== null || shut !== null)) return <Navigate to="/chart" replace />;
  if (chart === null)
    return (
      <Page title={texts.viewer.title}>
        <p>{texts.viewer.noChart}</p>
        <p>
          <Link to="/find">{texts.viewer.find}</Link>
        </p>
      </Page>
    );
  return <Viewer key={chart.patient} chart={chart} />;
}

function Viewer({ chart }: { chart: OpenChart }) {
  const { askForMore } = useChart();
  const { patient } = chart;
  const look = useQuery({
    queryKey: ["chart", patient, "glass"],
    queryFn: ({ signal }) => told(api.GET("/api/v1/charts/{patient}/glass", { ...inChart(patient), signal })),
    staleTime: Infinity,
  });
  const offer = isProblem(look.error, "glass-needed") ? look.error.body.offer : undefined;
  const code = isProblem(look.error) ? (look.error.body.code ?? "") : "";
  const open = look.data?.glass.filter((glass) => glass.ended_at === null).length ?? 0;
  return (
    <Page
      title={texts.viewer.title}
      actions={
        <>
          <Link to="/chart" className="h-viewer-back">
            {texts.viewer.backToChart}
          </Link>
          <button
            type="button"
            className="nhsuk-button nhsuk-button--secondary h-button-small"
            aria-disabled={look.isFetching}
            onClick={() => void (look.isFetching ? null : look.refetch())}
          >
            {texts.viewer.again}
          </button>
          {look.data ? <PrintButton patient={patient} what="every glass of the chart" /> : null}
        </>
      }
    >
      <PrintedBy />
      <Whose patient={patient} found={chart.found} asker={false} />
      {look.isPending ? <Loading /> : null}
      {offer ? (
        <div className="h-note">
          <p>{texts.viewer.needsGlass}</p>
          <button type="button" className="nhsuk-button h-button-small" onClick={() => askForMore(offer, code)}>
            {texts.viewer.ask}
          </button>
        </div>
      ) : look.error ? (
        <ProblemMessage error={look.error} retry={() => void look.refetch()} />
      ) : null}
      {look.data ? (
        <>
          <p role="status" className="h-viewer-said">
            <span>{texts.viewer.count(look.data.glass.length)}</span>
            {open > 0 ? <span className="h-tag warn">{texts.viewer.openCount(open)}</span> : null}
            <span className="h-quiet">{look.data.review ? texts.viewer.writtenReviewed : texts.viewer.written}</span>
          </p>
          {look.data.glass.length > 0 ? <p className="h-quiet">{texts.viewer.lead}</p> : null}
          <ol className="h-viewer">
            {look.data.glass.map((glass) => (
              <li key={glass.glass}>
                <GlassCard glass={glass} />
              </li>
            ))}
          </ol>
        </>
      ) : null}
    </Page>
  );
}
