// Shell.tsx - what stands round every page: who one is, where one can go, whether the server is there.

import { useState, useSyncExternalStore } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { OwedBar } from "../glass/Owed";
import { texts } from "../texts";
import { useHospital } from "../session/hospital";
import { useLockAtHand } from "../session/Lock";
import { PasskeysDialog } from "../session/Passkeys";
import { VouchDialog } from "../session/Vouch";
import { SessionEnding } from "../session/SessionEnding";
import { useHasRole, useSession, useSessionState } from "../session/SessionProvider";
import { useWalkAwayLock } from "../session/walkAway";
import { ThemeChoice } from "./theme";

interface Way {
  to: string;
  text: string;
  shown: boolean;
}

function useWays(): Way[] {
  const { focus } = useSession();
  const officer = useHasRole("privacy-officer", "administrator");
  const ledger = useHasRole("privacy-officer", "administrator", "ledger-reader");
  return [
    { to: "/find", text: texts.nav.find, shown: true },
    { to: "/chart", text: texts.nav.chart, shown: focus !== null },
    { to: "/work", text: texts.nav.work, shown: true },
    { to: "/mine", text: texts.nav.mine, shown: true },
    { to: "/policy", text: texts.nav.policy, shown: officer },
    { to: "/ledger", text: texts.nav.ledger, shown: ledger },
    { to: "/people", text: texts.nav.people, shown: officer },
  ].filter((way) => way.shown);
}

function Contact() {
  const { live } = useSessionState();
  const contact = useSyncExternalStore(live.watchContact, live.contact);
  if (contact !== "lost") return null;
  return (
    <div className="h-contact" role="status">
      {texts.contact.lost}
    </div>
  );
}

function Self() {
  const session = useSession();
  const { signOut, lock } = useSessionState();
  return (
    <div className="h-self">
      <p className="h-self-who">
        <strong>{session.name}</strong>
        <span>
          {session.roles.join(", ")} {session.place ? texts.nav.place(session.place) : texts.nav.nowhere}
        </span>
      </p>
      <button type="button" className="h-bar-button" onClick={lock}>
        {texts.nav.lock}
      </button>
      <button type="button" className="h-bar-button" onClick={signOut}>
        {texts.nav.signOut}
      </button>
    </div>
  );
}

/** Pages that may be printed in any way (but for what is of-patients on them); of every other one it is written down first, or it is not done. */
const freeOfPatients = ["/policy", "/people", "/cards"];

export function Shell() {
  const { name } = useHospital();
  const ways = useWays();
  const { pathname } = useLocation();
  const ofPatients = !freeOfPatients.includes(pathname);
  const [passkeys, setPasskeys] = useState(false);
  const [vouching, setVouching] = useState(false);
  const own = !["card", "vouched"].includes(useSession().way);
  useWalkAwayLock();
  useLockAtHand();
  return (
    <>
      <a className="nhsuk-skip-link" href="#page">
        {texts.skip}
      </a>
      <header className="h-bar">
        <div className="h-bar-top">
          <p className="h-brand">
            <span className="h-brand-mark" aria-hidden="true" />
            {texts.product}
            <span className="h-brand-hospital">{name}</span>
          </p>
          <Self />
        </div>
        <nav aria-label={texts.nav.label} className="h-nav">
          <ul>
            {ways.map((way) => (
              <li key={way.to}>
                <NavLink to={way.to}>{way.text}</NavLink>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <SessionEnding />
      <Contact />
      <OwedBar />
      {ofPatients ? <p className="h-unrecorded">{texts.paper}</p> : null}
      <main className={ofPatients ? "h-page of-patients" : "h-page"} id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="h-foot">
        <p>{texts.signIn.watched}</p>
        {own ? (
          <>
            <button type="button" className="h-link-button" onClick={() => setPasskeys(true)}>
              {texts.passkeys.title}
            </button>
            <button type="button" className="h-link-button" onClick={() => setVouching(true)}>
              {texts.vouching.title}
            </button>
            <Link to="/cards">{texts.people.views.cards}</Link>
          </>
        ) : null}
        <ThemeChoice />
      </footer>
      {vouching ? <VouchDialog onClose={() => setVouching(false)} /> : null}
      {passkeys ? <PasskeysDialog onClose={() => setPasskeys(false)} /> : null}
    </>
  );
}
