// numbers.ts - numbers as the hospital's locale writes them.

import { useHospital } from "../session/hospital";

const formats = new Map<string, Intl.NumberFormat>();

export function useNumber(): (value: number) => string {
  const { locale } = useHospital();
  let format = formats.get(locale);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale);
    formats.set(locale, format);
  }
  const made = format;
  return (value) => made.format(value);
}
