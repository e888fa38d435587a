// interlude.ts - a screen that covers the pages for a while gives back, when it goes, what it took: the title of the tab
// and the focus.

import { useEffect, useState } from "react";
import { texts } from "../texts";

export function useInterlude(title: string) {
  const [before] = useState(() => ({ title: document.title, focused: document.activeElement }));
  useEffect(() => {
    const own = `${title} – ${texts.product}`;
    document.title = own;
    return () => {
      if (document.title === own) document.title = before.title;
      if (document.activeElement !== document.body) return;
      if (before.focused instanceof HTMLElement) before.focused.focus();
      // What had it is gone, or nothing had: as after a reload.
      if (document.activeElement === document.body) document.getElementById("page")?.focus({ preventScroll: true });
    };
  }, [title, before]);
}
