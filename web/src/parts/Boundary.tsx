// Boundary.tsx - what cannot be shown takes nothing with it but itself.
//
//   <Boundary instead={(again) => ...}>a part, a page, or all</Boundary>
//
// INVARIANT: it says and logs nothing of what was to be shown: that may be of a patient.

import { Component, type ReactNode } from "react";
import { texts } from "../texts";
import { Page } from "./Page";

interface Props {
  children: ReactNode;
  /** What stands there instead; `again` tries once more. */
  instead: (again: () => void) => ReactNode;
  /** Where it stands: what failed at one place may go well at the next. */
  place?: string;
}

interface State {
  failed: boolean;
  place: string | undefined;
}

export class Boundary extends Component<Props, State> {
  override state: State = { failed: false, place: this.props.place };

  static getDerivedStateFromError(): Partial<State> {
    return { failed: true };
  }

  static getDerivedStateFromProps({ place }: Props, before: State): State | null {
    return place === before.place ? null : { failed: false, place };
  }

  override render() {
    return this.state.failed ? this.props.instead(() => this.setState({ failed: false })) : this.props.children;
  }
}

type Way = [text: string, act: () => void];
const reload: Way = [texts.failed.load, () => location.reload()];

function Failed({ text, ways }: { text: string; ways: Way[] }) {
  return (
    <div className="h-problem" role="alert">
      <p>{text}</p>
      <div className="h-buttons">
        {ways.map(([button, act]) => (
          <button key={button} type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={act}>
            {button}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Round a part of a page: the rest of the page stays. */
export function PartBoundary({ children, text = texts.failed.part }: { children: ReactNode; text?: string }) {
  return (
    <Boundary instead={(again) => <Failed text={text} ways={[[texts.tryAgain, again]]} />}>{children}</Boundary>
  );
}

/** Round a page: what stands round every page stays, and what was typed elsewhere, which a reload would lose. */
export function PageBoundary({ children, place }: { children: ReactNode; place: string }) {
  return (
    <Boundary
      place={place}
      instead={(again) => (
        <Page title={texts.failed.pageTitle}>
          <Failed text={texts.failed.page} ways={[[texts.tryAgain, again], reload]} />
        </Page>
      )}
    >
      {children}
    </Boundary>
  );
}

/** Round everything. */
export function RootBoundary({ children }: { children: ReactNode }) {
  return (
    <Boundary
      instead={() => (
        <main className="h-page">
          <h1 className="nhsuk-heading-l">{texts.product}</h1>
          <Failed text={texts.failed.all} ways={[reload]} />
        </main>
      )}
    >
      {children}
    </Boundary>
  );
}
