// useKey.ts - the same content is sent with the same Idempotency-Key, however often it is pressed; other content with another.

import { useRef } from "react";
import { freshKey } from "../api/client";

export function useKey(): (content: unknown) => string {
  const last = useRef({ content: "", key: "" });
  return (content) => {
    const text = JSON.stringify(content);
    if (last.current.content !== text) last.current = { content: text, key: freshKey() };
    return last.current.key;
  };
}
