// EverybodysGlass.tsx - whose glass is open now. Read when a button is pressed and not before: each look is an entry.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Textarea } from "nhsuk-react-components";
import { useRef, useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import type { Glass } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { useOnce } from "../parts/once";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { left, Moment, useNow } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { wrongIf } from "../parts/wrong";
import { useProof } from "../session/proof";
import { useLive } from "../session/SessionProvider";
import { texts } from "../texts";

const words = texts.work.everybody;
const key = ["glass", "everybody"] as const;
interface Listed {
  glass: Glass[];
}

function Revoke({ glass, onClose, onDone }: { glass: Glass; onClose: () => void; onDone: () => void }) {
  const prove = useProof();
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const revoke = useMutation({
    mutationFn: () =>
      prove(() =>
        api.POST("/api/v1/glass/{glass}/revoke", {
          params: { path: { glass: glass.glass } },
          body: { comment: comment.trim() },
        }),
      ),
    onSuccess: onDone,
  });
  const revokeOnce = useOnce(revoke);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(comment.trim() === "");
    if (comment.trim() === "") field.current?.focus();
    else revokeOnce();
  };
  return (
    <Dialog title={words.revokeTitle} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Uncovered>
          <p dir="auto">{words.revokeWhy(glass.name, glass.patient)}</p>
        </Uncovered>
        <Textarea
          ref={field}
          id="revoke-comment"
          label={words.comment}
          hint={words.commentHint}
          rows={3}
          maxLength={4000}
          dir="auto"
          value={comment}
          onChange={(event) => setComment(event.target.value)}
          {...wrongIf(missing ? words.commentEmpty : "")}
        />
        {revoke.isError ? <ProblemMessage error={revoke.error} /> : null}
        <Button type="submit" warning aria-disabled={revoke.isPending}>
          {words.revoke}
        </Button>
      </form>
    </Dialog>
  );
}

function One({ glass, now, onRevoke }: { glass: Glass; now: number; onRevoke: () => void }) {
  return (
    <li className="h-card h-my-glass">
      <p className="h-my-glass-what">
        <strong>
          <bdi>{glass.name}</bdi>
        </strong>
        <span>{glass.patient}</span>
        <span>{glass.label}</span>
        <span className="h-quiet">
          <Moment at={glass.opened_at} />
        </span>
      </p>
      <p className="h-my-glass-left">
        {glass.until === null ? texts.work.glass.endsWithSession : texts.work.glass.endsIn(left(Date.parse(glass.until), now))}
      </p>
      <div className="h-my-glass-ways">
        <button
          type="button"
          className="nhsuk-button nhsuk-button--warning h-button-small"
          aria-label={words.revokeOf(glass.name, glass.patient)}
          onClick={onRevoke}
        >
          {words.revoke}
        </button>
      </div>
      {glass.text_hidden ? (
        <p className="h-quiet h-wide">{words.hiddenText}</p>
      ) : (
        glass.details.map((detail, index) => (
          <p className="h-wide" key={index}>
            <span className="h-quiet" dir="auto">
              {detail.prompt}
            </span>{" "}
            <span dir="auto">{detail.answer}</span>
          </p>
        ))
      )}
    </li>
  );
}

export function EverybodysGlass() {
  const client = useQueryClient();
  const now = useNow();
  const [asked, setAsked] = useState(false);
  const [stale, setStale] = useState(false);
  const [revoking, setRevoking] = useState<Glass | null>(null);
  const [said, setSaid] = useState("");
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => told(api.GET("/api/v1/glass", { params: { query: { all: true } }, signal })),
    enabled: asked,
    staleTime: Infinity,
    gcTime: 0,
  });
  const without = (id: string) =>
    client.setQueryData<Listed>(key, (old) => old && { ...old, glass: old.glass.filter((each) => each.glass !== id) });
  useLive(["glass"], ({ data }) => {
    if (!asked) return;
    if (data["change"] === "ended") without(String(data["glass"]));
    else if (data["change"] === "opened") setStale(true);
  });
  const look = () => {
    setStale(false);
    setSaid("");
    if (asked) void list.refetch();
    else setAsked(true);
  };
  return (
    <section aria-labelledby="everybodys-glass" className="h-everybody">
      <h2 className="nhsuk-u-visually-hidden" id="everybodys-glass">
        {words.title}
      </h2>
      <div className="h-everybody-ways">
        <button
          type="button"
          className="nhsuk-button nhsuk-button--secondary h-button-small"
          aria-expanded={asked}
          onClick={() => (asked ? setAsked(false) : look())}
        >
          {asked ? words.hide : words.show}
        </button>
        <span className="h-quiet">{words.recorded}</span>
      </div>
      <p role="status" className={said === "" ? "nhsuk-u-visually-hidden" : "h-note"}>
        {said}
      </p>
      {asked && stale ? (
        <p className="h-note" role="status">
          {words.stale}{" "}
          <button type="button" className="h-link-button" onClick={look}>
            {words.again}
          </button>
        </p>
      ) : null}
      {asked && list.isPending ? <Loading /> : null}
      {asked && list.isError ? <ProblemMessage error={list.error} retry={look} /> : null}
      {asked && list.data ? (
        <>
          <p>{list.data.glass.length === 0 ? words.none : words.count(list.data.glass.length)}</p>
          <ul className="h-plain-list">
            {list.data.glass.map((glass) => (
              <One key={glass.glass} glass={glass} now={now} onRevoke={() => setRevoking(glass)} />
            ))}
          </ul>
        </>
      ) : null}
      {revoking ? (
        <Revoke
          glass={revoking}
          onClose={() => setRevoking(null)}
          onDone={() => {
            without(revoking.glass);
            setSaid(words.revoked(revoking.name));
            setRevoking(null);
          }}
        />
      ) : null}
    </section>
  );
}
