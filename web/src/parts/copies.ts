// copies.ts - printing and saving what concerns no one chart: written down first, done only when that is known to have happened.

import { useMutation } from "@tanstack/react-query";
import { api } from "../api/client";
import { useStay } from "./stay";

interface Copy {
  kind: "print" | "download";
  /** What it holds, in words; no patient is named here. */
  what: string;
  /** Makes the copy. */
  make: () => void;
}

/** Of what is in front, `of`; its data are whether a copy was made: none is of what came in front meanwhile. */
export function useCopy(of: string) {
  const begin = useStay(of);
  return useMutation({
    mutationFn: async ({ kind, what, make }: Copy) => {
      const still = begin();
      await api.POST("/api/v1/copies", { body: { kind, what } });
      if (!still()) return false;
      make();
      return true;
    },
  });
}

/** Hands a text to the browser as a file. */
export function saveFile(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
