// Spark.tsx - a line no higher than the text, for the shape alone.

import { memo } from "react";
import { drawable, type Line } from "./readings";

const width = 96;
const height = 26;
const most = 60; // points; more are not to be told apart

function pathOf(line: Line): string {
  const points = line.values.flatMap((value, at) => (value === null ? [] : [[line.times[at] ?? 0, value] as const])).slice(-most);
  if (points.length < 2) return "";
  const [times, values] = [points.map(([at]) => at), points.map(([, value]) => value)];
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at: number) => (to === from ? width : 2 + ((at - from) / (to - from)) * (width - 4));
  const y = (value: number) => (high === low ? height / 2 : height - 3 - ((value - low) / (high - low)) * (height - 6));
  return points.map(([at, value], n) => `${n === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
}

export const Spark = memo(function Spark({ line }: { line: Line | undefined }) {
  const path = line === undefined || !drawable([line]) ? "" : pathOf(line);
  return (
    <svg className="h-spark" width={width} height={height} viewBox={`0 0 ${String(width)} ${String(height)}`} aria-hidden="true">
      {path === "" ? null : <path d={path} />}
    </svg>
  );
});
