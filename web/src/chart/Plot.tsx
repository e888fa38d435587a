// Plot.tsx - values over time, with the range they should be in as a band. For those who see it; the table beside it
// has the same for everybody.

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useHospital } from "../session/hospital";
import type { Line } from "./readings";

interface Colours {
  line: string;
  second: string;
  range: string;
  grid: string;
  text: string;
  out: string;
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return { line: of("--plot-line"), second: of("--secondary-text"), range: of("--plot-range"), grid: of("--plot-grid"), text: of("--secondary-text"), out: of("--error") };
}

/** The band between the bounds, drawn below everything else. */
function drawRange(plot: uPlot, line: Line, colour: string) {
  if (line.low === null && line.high === null) return;
  const { left, top, width, height } = plot.bbox;
  const y = (value: number) => Math.min(top + height, Math.max(top, plot.valToPos(value, "y", true)));
  const upper = line.high === null ? top : y(line.high);
  const lower = line.low === null ? top + height : y(line.low);
  plot.ctx.save();
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(left, upper, width, lower - upper);
  plot.ctx.restore();
}

/** Values out of range: a ring round the point. */
function drawOut(plot: uPlot, lines: Line[], colour: string) {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * uPlot.pxRatio;
  for (const line of lines)
    line.values.forEach((value, at) => {
      if (value === null || !((line.low !== null && value < line.low) || (line.high !== null && value > line.high))) return;
      ctx.beginPath();
      ctx.arc(plot.valToPos(line.times[at] ?? 0, "x", true), plot.valToPos(value, "y", true), 6 * uPlot.pxRatio, 0, 2 * Math.PI);
      ctx.stroke();
    });
  ctx.restore();
}

const height = 240;

function bounds(lines: Line[], least: number, most: number): [number, number] {
  const all = lines.flatMap((line) => [line.low, line.high]).filter((bound) => bound !== null);
  const low = Math.min(least, ...all);
  const high = Math.max(most, ...all);
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

export function Plot({ lines }: { lines: Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const { locale, timezone } = useHospital();
  useEffect(() => {
    const element = place.current;
    const [first] = lines;
    if (element === null || first === undefined) return;
    const day = new Intl.DateTimeFormat(locale, { timeZone: timezone, dateStyle: "medium" });
    const span = (first.times.at(-1) ?? 0) - (first.times[0] ?? 0);
    const tick = new Intl.DateTimeFormat(locale, { timeZone: timezone, ...(span > 8 * 365 * 86_400 ? { year: "numeric" } : span > 60 * 86_400 ? { month: "short", year: "2-digit" } : { day: "numeric", month: "short" }) });
    const draw = () => {
      const colours = coloursOf(element);
      return new uPlot(
        {
          width: Math.max(200, element.clientWidth),
          height,
          legend: { show: false },
          cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
          scales: { x: { time: true }, y: { range: (_, least, most) => bounds(lines, least, most) } },
          axes: [
            { stroke: colours.text, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false }, values: (_, splits) => splits.map((at) => tick.format(at * 1000)), space: 80 },
            { stroke: colours.text, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false }, values: (_, splits) => splits.map((value) => value.toLocaleString(locale)), size: 60 },
          ],
          series: [
            { value: (_, at) => day.format(at * 1000) },
            ...lines.map((line, at) => ({
              label: line.label,
              stroke: at === 0 ? colours.line : colours.second,
              ...(at === 0 ? {} : { dash: [6, 4] }),
              width: 2,
              spanGaps: true,
              points: { show: line.times.length < 200, size: 7, fill: at === 0 ? colours.line : colours.second },
            })),
          ],
          hooks: {
            drawClear: [(plot) => drawRange(plot, first, colours.range)],
            draw: [(plot) => drawOut(plot, lines, colours.out)],
          },
        },
        [first.times, ...lines.map((line) => line.values)],
        element,
      );
    };
    let plot = draw();
    const again = () => {
      plot.destroy();
      plot = draw();
    };
    const resized = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height }));
    resized.observe(element);
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    return () => {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", again);
      plot.destroy();
    };
  }, [lines, locale, timezone]);
  return <div ref={place} className="h-plot" aria-hidden="true" />;
}
