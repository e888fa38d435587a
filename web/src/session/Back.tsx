// Back.tsx - where a window that went to a provider comes back to: it says so, and closes.

import { useEffect, useState } from "react";
import { texts } from "../texts";

const say = texts.providers.back;
const closesIn = 100; // milliseconds, so that what was said is heard
const stays = 1500;

export function Back({ wrong }: { wrong: boolean }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    document.title = `${say.title} – ${texts.product}`;
    const timers = [setTimeout(() => window.close(), closesIn), setTimeout(() => setOpen(true), stays)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <main className="h-sign-in" id="page">
      <div className="h-way">
        <h1 className="nhsuk-heading-l">{say.title}</h1>
        <p role="status">{open ? (wrong ? say.wrong : say.done) : texts.loading}</p>
      </div>
    </main>
  );
}
