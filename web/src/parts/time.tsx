// time.tsx - moments in the hospital's locale and time zone, and how long is left of something.

import { useEffect, useState } from "react";
import { serverNow } from "../api/clock";
import { useHospital } from "../session/hospital";
import { texts } from "../texts";

export type Shape = "date" | "time" | "moment" | "month";

const shapes: Record<Shape, Intl.DateTimeFormatOptions> = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  moment: { dateStyle: "medium", timeStyle: "short" },
  month: { month: "short", year: "numeric" },
};

const formats = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, timeZone: string, shape: Shape): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${shape}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale, { ...shapes[shape], timeZone });
    formats.set(key, made);
  }
  return made;
}

/** A day without a time ("1961-04-02", as births are) is the same day in every time zone. */
const wholeDay = /^\d{4}-\d{2}-\d{2}$/;

export function useMoment(): (text: string | null | undefined, shape?: Shape) => string {
  const { locale, timezone } = useHospital();
  return (text, shape = "moment") => {
    if (text === null || text === undefined || text === "") return texts.time.unknown;
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) return text; // a year, or a year and a month: as it was written
    if (wholeDay.test(text)) return format(locale, "UTC", "date").format(at);
    return format(locale, timezone, shape).format(at);
  };
}

export function Moment({ at, shape = "moment" }: { at: string | null | undefined; shape?: Shape }) {
  const told = useMoment()(at, shape);
  return at ? <time dateTime={at}>{told}</time> : <>{told}</>;
}

/** The present, at the server, told anew every `every` milliseconds. */
export function useNow(every = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** "12:05", never below "0:00". */
export function left(until: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return texts.time.left(Math.floor(seconds / 60), seconds % 60);
}
