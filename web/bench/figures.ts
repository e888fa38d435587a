// figures.ts - what was measured, as lines to be read: how often, percentiles, how busy the machine was.

import { loadavg } from "node:os";

export function percentile(figures: number[], part: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? NaN;
}

const ms = (figure: number) => figure.toFixed(figure < 10 ? 1 : 0);

export function say(text: string): void {
  console.log(`   ${text}`);
}

export function head(text: string): void {
  console.log(`\n== ${text}; load ${loadavg().map((each) => each.toFixed(1)).join(" ")}`);
}

export function sayMilliseconds(what: string, figures: number[]): void {
  const at = (part: number) => ms(percentile(figures, part));
  say(`${what}: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)} ms (${at(0)} to ${at(1)}, n = ${figures.length})`);
}

export function sayRatio(what: string, ours: number[], limit: number[]): void {
  const ratios = ours.map((figure, at) => figure / (limit[at] ?? NaN));
  say(`${what}: ${percentile(ratios, 0.5).toFixed(2)} (p10 ${percentile(ratios, 0.1).toFixed(2)}, p90 ${percentile(ratios, 0.9).toFixed(2)})`);
}
