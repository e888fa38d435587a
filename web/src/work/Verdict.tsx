// Verdict.tsx - what may be done with a case by whoever looks at it: say why, find, open again, or nothing, and then why not.
//
// INVARIANT: what was typed is not lost when the case is closed by somebody else meanwhile.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { freshKey } from "../api/client";
import { isProblem } from "../api/problem";
import type { Case, CaseDetail, Finding } from "../api/types";
import { useOnce } from "../parts/once";
import { useMoment } from "../parts/time";
import { useProof } from "../session/proof";
import { useLive, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { closeCase, reopenCase, showCase } from "./cases";
import { FindingForm } from "./FindingForm";
import { Justify } from "./Justify";
import { useKeys } from "./keys";
import { ReopenForm } from "./ReopenForm";

const words = texts.work.case;

function Closed({ held }: { held: CaseDetail }) {
  const moment = useMoment();
  const { closing } = held;
  if (closing === null) return null;
  const finding = texts.work.findings[closing.finding];
  return (
    <div className="h-card h-closed">
      <p>
        <strong>
          {closing.reviewer === null
            ? words.closedItself(finding, moment(closing.at))
            : words.closedBy(finding, closing.reviewer, moment(closing.at))}
        </strong>
      </p>
      {closing.comment === "" ? null : <p dir="auto">{closing.comment}</p>}
    </div>
  );
}

interface Props {
  held: CaseDetail;
  first: Finding | null;
  onChanged: (now: Case) => void;
  onOutdated: () => void;
  onNext: (() => void) | null;
}

export function Verdict({ held, first, onChanged, onOutdated, onNext }: Props) {
  const client = useQueryClient();
  const prove = useProof();
  const session = useSession();
  const [finding, setFinding] = useState<Finding | null>(first);
  const [comment, setComment] = useState("");
  const [meanwhile, setMeanwhile] = useState(false);
  const [said, setSaid] = useState("");
  const intent = useRef(freshKey());
  const field = useRef<HTMLTextAreaElement>(null);
  const nextButton = useRef<HTMLButtonElement>(null);

  const changed = (now: Case) => {
    intent.current = freshKey();
    setMeanwhile(false);
    setComment("");
    setFinding(null);
    showCase(client, now);
    onChanged(now);
  };
  const close = useMutation({
    mutationFn: (chosen: Finding) => prove(() => closeCase(held.case, chosen, comment, intent.current)),
    onSuccess: (now, chosen) => {
      changed(now);
      setSaid(words.closed(texts.work.findings[chosen]));
    },
    onError: (error) => {
      if (!isProblem(error, "closed-already")) return;
      setMeanwhile(true);
      onOutdated();
    },
  });
  const reopen = useMutation({
    mutationFn: () => prove(() => reopenCase(held.case, comment, intent.current)),
    onSuccess: (now) => {
      changed(now);
      setSaid(words.reopened);
    },
    onError: (error) => {
      if (isProblem(error, "not-closed")) onOutdated();
    },
  });
  const closeOnce = useOnce(close);
  const reopenOnce = useOnce(reopen);
  useLive(["case"], ({ data }) => {
    if (data["case"] !== held.case || close.isPending || reopen.isPending) return;
    const closedNow = data["change"] === "closed";
    if (closedNow && held.closing !== null) return;
    if (closedNow) setMeanwhile(true);
    onOutdated();
  });

  const own = held.staff === session.staff;
  const mayFind = !own && held.reviewers.some((role) => session.roles.includes(role));
  const open = held.closing === null;
  useEffect(() => {
    if (first !== null && mayFind && open) field.current?.focus();
  }, [first, mayFind, open]);
  useEffect(() => {
    if (said !== "") nextButton.current?.focus();
  }, [said]);
  const choose = (chosen: Finding) => () => {
    if (!mayFind || !open) return;
    setFinding(chosen);
    setTimeout(() => field.current?.focus());
  };
  useKeys({ a: choose("appropriate"), i: choose("inappropriate"), t: choose("training"), m: choose("mistaken") });

  const closedError = isProblem(close.error, "closed-already");
  return (
    <section aria-label={words.finding} className="h-verdict">
      <div className={said === "" ? "nhsuk-u-visually-hidden" : "h-note h-said-now"}>
        <span role="status">{said}</span>{" "}
        {said !== "" && onNext ? (
          <button type="button" ref={nextButton} className="nhsuk-button h-button-small" onClick={onNext}>
            {words.next}
          </button>
        ) : null}
      </div>
      {meanwhile && !open ? (
        <p className="h-note" role="alert">
          {words.meanwhile}
        </p>
      ) : null}
      <Closed held={held} />
      {own ? (
        <div className="h-card">
          <h2 className="nhsuk-heading-s">{words.own}</h2>
          <p>{words.ownWhy}</p>
          {open ? <Justify held={held} onDone={onChanged} /> : null}
        </div>
      ) : null}
      {!own && !mayFind ? <p className="h-note">{words.notReviewer(held.reviewers.join(", "))}</p> : null}
      {mayFind && open ? (
        <FindingForm
          ofChart={Boolean(held.patient)}
          finding={finding}
          comment={comment}
          field={field}
          pending={close.isPending}
          problem={closedError ? null : close.error}
          onFinding={(chosen) => {
            intent.current = freshKey();
            setFinding(chosen);
          }}
          onComment={(text) => {
            intent.current = freshKey();
            setComment(text);
          }}
          onSend={closeOnce}
        />
      ) : null}
      {mayFind && !open ? (
        <ReopenForm
          comment={comment}
          pending={reopen.isPending}
          problem={reopen.error}
          onComment={(text) => {
            intent.current = freshKey();
            setComment(text);
          }}
          onSend={() => reopenOnce()}
        />
      ) : null}
    </section>
  );
}
