// dates.ts - a birth date as people write it: 2.11.1986, 02/11/1986, 2 11 86, 1986-11-02, 02111986. Pure.

/** "unfinished": somebody may still be typing; "wrong": this will not become a date. */
export type Reading = { iso: string } | "nothing" | "unfinished" | "wrong";

type Part = "day" | "month" | "year";

/** In which order a day is written here. */
export function orderOf(locale: string): Part[] {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "numeric", year: "numeric", timeZone: "UTC" })
    .formatToParts(new Date(0))
    .map((part) => part.type)
    .filter((type): type is Part => type === "day" || type === "month" || type === "year");
}

const maxAge = 130; // years

function dayOf(given: Record<Part, string>, today: Date): Reading {
  const [year, month, day] = [wholeYear(given.year, today), Number(given.month), Number(given.day)];
  const made = new Date(Date.UTC(year, month - 1, day));
  const real = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  if (!real || made > today || today.getUTCFullYear() - year > maxAge) return "wrong";
  return { iso: made.toISOString().slice(0, 10) };
}

/** Two digits mean the latest such year that is not to come. */
function wholeYear(text: string, today: Date): number {
  const year = Number(text);
  if (text.length > 2) return year;
  const now = today.getUTCFullYear();
  const sameCentury = now - (now % 100) + year;
  return sameCentury <= now ? sameCentury : sameCentury - 100;
}

function runTogether(digits: string, order: Part[]): Record<Part, string> {
  const cut = { day: "", month: "", year: "" };
  let at = 0;
  for (const part of order) {
    const width = part === "year" ? 4 : 2;
    cut[part] = digits.slice(at, at + width);
    at += width;
  }
  return cut;
}

export function readBirthDate(given: string, locale: string, today: Date): Reading {
  const text = given.normalize("NFKC").trim();
  if (text === "") return "nothing";
  if (/[^\d\s./,-]/.test(text)) return "wrong";
  const numbers = text.match(/\d+/g) ?? [];
  const order = orderOf(locale);
  const [first = "", second = "", third = ""] = numbers;
  if (numbers.length === 1 && first.length === 8) return dayOf(runTogether(first, order), today);
  if (numbers.length > 3 || numbers.some((number) => number.length > 4 && numbers.length > 1) || first.length > 8)
    return "wrong";
  // A year of four digits that stands first is ISO's, wherever one is.
  if (first.length === 4 && numbers.length > 1)
    return third === "" ? "unfinished" : dayOf({ year: first, month: second, day: third }, today);
  if (third === "" || third.length === 1 || third.length === 3) return "unfinished";
  const dayFirst = order.indexOf("day") < order.indexOf("month");
  return dayOf(dayFirst ? { day: first, month: second, year: third } : { month: first, day: second, year: third }, today);
}
