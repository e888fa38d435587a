// person.tsx - how old somebody is, in the words of the hospital's language.

import { serverNow } from "../api/clock";
import { useHospital } from "../session/hospital";

const units = { year: 2, month: 1 } as const; // from how many on; below that the next smaller one

function lived(born: Date, now: Date): { years: number; months: number; days: number } {
  const before = now.getUTCDate() < born.getUTCDate() ? 1 : 0;
  const months = (now.getUTCFullYear() - born.getUTCFullYear()) * 12 + now.getUTCMonth() - born.getUTCMonth() - before;
  return { years: Math.floor(months / 12), months, days: Math.floor((now.getTime() - born.getTime()) / 86_400_000) };
}

/** "40 years", "14 months", "9 days"; nothing where the day of birth is not known whole. */
export function useAge(): (birthDate: string, until?: string | null) => string {
  const { locale } = useHospital();
  return (birthDate, until) => {
    const born = new Date(birthDate);
    if (birthDate.length !== 10 || Number.isNaN(born.getTime())) return "";
    const { years, months, days } = lived(born, new Date(until ?? serverNow()));
    const told = (count: number, unit: "year" | "month" | "day") =>
      new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(Math.max(0, count));
    if (years >= units.year) return told(years, "year");
    return months >= units.month ? told(months, "month") : told(days, "day");
  };
}
