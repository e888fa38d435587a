// clock.ts - time as the page itself has it, from a press of a real mouse to a frame with what was waited for. It changes
// nothing of the page.

import type { Page } from "@playwright/test";

export interface Pressed {
  /** When the press came in, and when the frame with what was waited for had been drawn. */
  from: number;
  to: number;
}

/** Told in every page before its own scripts. */
function bench() {
  const w = window as unknown as { bench: unknown };
  const afterFrame = (then: (at: number) => void) =>
    requestAnimationFrame(() => {
      // Posted in a frame, it is carried out once that frame is drawn.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });
  const when = (there: () => boolean) =>
    new Promise<number>((done) => {
      if (there()) return afterFrame(done);
      const watched = new MutationObserver(() => {
        if (!there()) return;
        watched.disconnect();
        afterFrame(done);
      });
      watched.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  const inSight = (element: Element) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  };
  let pressed = 0;
  document.addEventListener("click", (event) => {
    if (event.isTrusted) pressed = event.timeStamp;
  }, { capture: true });
  w.bench = {
    when,
    pressed: () => pressed,
    /** One of these words, of a resource, is to be read. */
    shows: (words: string[]) => [...document.querySelectorAll("#page bdi")].some((each) => words.includes(each.textContent) && inSight(each)),
    /** No part below this heading is on its way. */
    whole: (heading: string) => {
      const part = document.getElementById(heading)?.closest("section");
      return part !== null && part !== undefined && part.querySelector(".h-loading") === null;
    },
    focused: (id: string) => document.activeElement?.id === id,
  };
}

export interface Bench {
  when: (there: () => boolean) => Promise<number>;
  pressed: () => number;
  shows: (words: string[]) => boolean;
  whole: (heading: string) => boolean;
  focused: (id: string) => boolean;
}

declare global {
  interface Window {
    bench: Bench;
    waited: Promise<number>[];
  }
}

export async function watch(page: Page): Promise<void> {
  await page.addInitScript(bench);
}
