// copies.ts - printing and saving what concerns no one chart: written down first, done only when that is known to have happened.

import { useMutation } from "@tanstack/react-query";
import { api } from "../api/client";

interface Copy {
  kind: "print" | "download";
  /** What it holds, in words; no patient is named here. */
  what: string;
  /** Makes the copy. */
  make: () => void;
}

export function useCopy() {
  return useMutation({
    mutationFn: async ({ kind, what, make }: Copy) => {
      await api.POST("/api/v1/copies", { body: { kind, what } });
      make();
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
