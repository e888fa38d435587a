// Page.tsx - one page: its heading takes the focus when one comes to it, as a new document's would.

import { useEffect, useRef, type ReactNode } from "react";
import { texts } from "../texts";

interface Props {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  /** The page has a field that takes the focus itself. */
  ownFocus?: boolean;
}

/** The tab's title names the page, never a patient. */
export function Page({ title, children, actions, ownFocus = false }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
    if (!ownFocus) heading.current?.focus({ preventScroll: true });
  }, [title, ownFocus]);
  return (
    <>
      <div className="h-page-head">
        <h1 className="nhsuk-heading-l" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions ? <div className="h-page-actions">{actions}</div> : null}
      </div>
      {children}
    </>
  );
}

export function Loading({ what = texts.loading }: { what?: string }) {
  return (
    <p className="h-loading" role="status">
      <span className="h-spinner" aria-hidden="true" />
      {what}
    </p>
  );
}
