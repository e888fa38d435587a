// BirthDate.tsx - a birth date in one field, and how it was understood.

import { useState, type KeyboardEvent } from "react";
import { serverNow } from "../api/clock";
import { useMoment } from "../parts/time";
import { useHospital } from "../session/hospital";
import { texts } from "../texts";
import { orderOf, readBirthDate } from "./dates";

export interface Birth {
  text: string;
  setText: (text: string) => void;
  iso: string | null;
  wrong: boolean;
}

export function useBirthDate(): Birth {
  const { locale } = useHospital();
  const [text, setText] = useState("");
  const read = readBirthDate(text, locale, new Date(serverNow()));
  return { text, setText, iso: typeof read === "object" ? read.iso : null, wrong: read === "wrong" };
}

export function BirthDate({ birth, onKeyDown }: { birth: Birth; onKeyDown: (event: KeyboardEvent) => void }) {
  const moment = useMoment();
  const { locale } = useHospital();
  const [left, setLeft] = useState(false);
  const wrong = birth.wrong || (left && birth.text.trim() !== "" && birth.iso === null);
  return (
    <div className="h-find-born">
      <label className="nhsuk-label" htmlFor="find-born">
        {texts.find.born}
      </label>
      <input
        id="find-born"
        className={wrong ? "nhsuk-input nhsuk-input--error" : "nhsuk-input"}
        inputMode="text"
        autoComplete="off"
        maxLength={20}
        placeholder={orderOf(locale).map((part) => texts.find.parts[part]).join(" ")}
        aria-describedby="find-born-read"
        aria-invalid={wrong}
        value={birth.text}
        onChange={(event) => {
          setLeft(false);
          birth.setText(event.target.value);
        }}
        onBlur={() => setLeft(true)}
        onKeyDown={onKeyDown}
      />
      <p className={wrong ? "h-find-read wrong" : "h-find-read"} id="find-born-read" aria-live="polite">
        {wrong ? texts.find.notADate : birth.iso === null ? "" : texts.find.understood(moment(birth.iso, "date"))}
      </p>
    </div>
  );
}
