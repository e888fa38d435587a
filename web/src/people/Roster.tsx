// Roster.tsx - everybody who is enrolled: searched, filtered, sorted; one of them at a time is looked at closely.

import { Select, TextInput } from "nhsuk-react-components";
import { memo, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Staff } from "../api/types";
import { useNumber } from "../parts/numbers";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useHospital } from "../session/hospital";
import { useHasRole } from "../session/SessionProvider";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { EnrolDialog } from "./EnrolDialog";
import { PersonDialog } from "./PersonDialog";
import { useRoles, useStaff } from "./queries";
import { countsOf, lacking, lastRehearsed, shownOf, type Order, type Standing, type Wanted } from "./roster-order";

const say = texts.people.roster;
const shownAtFirst = 150;

interface Props {
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
  /** Whom somebody looks at closely. */
  opened: string | null;
  onOpen: (staff: string | null) => void;
}

export function Roster(props: Props) {
  const staff = useStaff();
  if (staff.isPending) return <Loading />;
  if (staff.data === undefined) return <ProblemMessage error={staff.error} retry={() => void staff.refetch()} />;
  return <Shown people={staff.data} {...props} />;
}

function Shown({ people, wanted, onWanted, opened, onOpen }: Props & { people: Staff[] }) {
  const { locale } = useHospital();
  const number = useNumber();
  const administrator = useHasRole("administrator");
  const [enrolling, setEnrolling] = useState(false);
  const [bound, setBound] = useState(shownAtFirst);
  const deferred = useDeferredValue(wanted);
  const list = useMemo(() => shownOf(people, deferred, locale), [people, deferred, locale]);
  const person = people.find((each) => each.staff === opened);
  const latest = useRef(onOpen);
  latest.current = onOpen;
  const open = useCallback((id: string) => latest.current(id), []);
  return (
    <>
      <Counted people={people} />
      <Filter wanted={wanted} onWanted={onWanted} />
      <div className="h-roster-head">
        <p role="status">{say.count(list.length, number(list.length), number(people.length))}</p>
        {administrator ? (
          <button type="button" className="nhsuk-button h-button-small" onClick={() => setEnrolling(true)}>
            {say.enrol}
          </button>
        ) : null}
      </div>
      <ul className="h-roster">
        {list.slice(0, bound).map((each) => (
          <Row key={each.staff} person={each} onOpen={open} />
        ))}
      </ul>
      {list.length > bound ? (
        <button
          type="button"
          className="nhsuk-button nhsuk-button--secondary h-button-small"
          onClick={() => setBound(bound + shownAtFirst)}
        >
          {texts.more}
        </button>
      ) : null}
      {person ? <PersonDialog person={person} onClose={() => onOpen(null)} /> : null}
      {enrolling ? (
        <EnrolDialog
          taken={people.map((each) => each.staff)}
          onEnrolled={(id) => {
            setEnrolling(false);
            onOpen(id);
          }}
          onClose={() => setEnrolling(false)}
        />
      ) : null}
    </>
  );
}

function Counted({ people }: { people: Staff[] }) {
  const number = useNumber();
  const counts = useMemo(() => countsOf(people), [people]);
  return (
    <dl className="h-facts">
      {(["active", "can", "lacking", "inactive"] as const).map((each) => (
        <div key={each}>
          <dt>{say.counts[each]}</dt>
          <dd>{number(counts[each])}</dd>
        </div>
      ))}
    </dl>
  );
}

const standings: Standing[] = ["all", "can", "lacking", "inactive"];
const orders: Order[] = ["name", "id", "department", "standing", "rehearsed"];

function Filter({ wanted, onWanted }: Pick<Props, "wanted" | "onWanted">) {
  const roles = useRoles();
  const set = (change: Partial<Wanted>) => onWanted({ ...wanted, ...change });
  return (
    <form role="search" className="h-roster-filter" onSubmit={(event) => event.preventDefault()}>
      <TextInput
        id="roster-text"
        label={say.search}
        value={wanted.text}
        onChange={(event) => set({ text: event.target.value })}
        autoComplete="off"
        spellCheck={false}
      />
      <Select id="roster-role" label={say.role} value={wanted.role} onChange={(event) => set({ role: event.target.value })}>
        <Select.Option value="">{say.anyRole}</Select.Option>
        {(roles.data ?? []).map(({ role }) => (
          <Select.Option key={role} value={role}>
            {role}
          </Select.Option>
        ))}
      </Select>
      <Select
        id="roster-standing"
        label={say.standing}
        value={wanted.standing}
        onChange={(event) => set({ standing: event.target.value as Standing })}
      >
        {standings.map((each) => (
          <Select.Option key={each} value={each}>
            {say.standings[each]}
          </Select.Option>
        ))}
      </Select>
      <Select id="roster-order" label={say.order} value={wanted.order} onChange={(event) => set({ order: event.target.value as Order })}>
        {orders.map((each) => (
          <Select.Option key={each} value={each}>
            {say.orders[each]}
          </Select.Option>
        ))}
      </Select>
    </form>
  );
}

const Row = memo(function Row({ person, onOpen }: { person: Staff; onOpen: (id: string) => void }) {
  return (
    <li>
      <button type="button" className="h-link-button h-roster-name" dir="auto" onClick={() => onOpen(person.staff)}>
        {person.name}
      </button>
      <span className="h-roster-id">{person.staff}</span>
      <span className="h-roster-roles">
        {person.roles.join(", ")}
        {person.department === null ? null : <span className="h-quiet"> {person.department}</span>}
      </span>
      <span className="h-roster-glass">
        <GlassTag person={person} />
        <WaysIn person={person} />
      </span>
      <span className="h-roster-rehearsed">
        <Rehearsed person={person} />
      </span>
    </li>
  );
});

function WaysIn({ person }: { person: Staff }) {
  const moment = useMoment();
  const words = texts.people.waysIn;
  if (!person.active || person.ways.length === 0) return null;
  return (
    <span className="h-quiet h-ways">
      {person.ways
        .map(({ way, last }) => (last === null ? words.never(words.names[way]) : words.last(words.names[way], moment(last))))
        .join(", ")}
      {person.password_lock === "no" ? null : <span className="h-tag bad">{words.locked[person.password_lock]}</span>}
    </span>
  );
}

/** When somebody last went through the proof that the glass asks for, by whichever of their ways. */
function Rehearsed({ person }: { person: Staff }) {
  const moment = useMoment();
  const words = texts.people.waysIn;
  if (!person.active || !person.may_break) return null;
  const last = lastRehearsed(person);
  if (last === null) return <span className="h-tag warn">{words.neverRehearsed}</span>;
  return <span className="h-quiet">{words.lastRehearsed(moment(last.at, "date"), words.names[last.way])}</span>;
}

export function GlassTag({ person }: { person: Staff }) {
  if (!person.active) return <span className="h-tag">{say.inactive}</span>;
  if (person.can_break) return <span className="h-tag good">{say.can}</span>;
  if (!lacking(person)) return <span className="h-quiet">{say.noReason}</span>;
  return <span className="h-tag bad">{say.lacks(person.lacks.map((factor) => texts.people.factors[factor]).join(", "))}</span>;
}
