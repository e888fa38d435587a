// Relations.tsx - what links this person to this patient, as a picture and as a list that says the same.

import classNames from "classnames";
import { Details } from "nhsuk-react-components";
import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { CaseDetail } from "../api/types";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { isOver, middlesOf, nodeParts, pictureOf, type Box, type Middle, type Picture, type Relation } from "./picture";

const words = texts.work.relations;

function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

function spoken(relation: string): string {
  return relation.replaceAll("_", " ");
}

/** "since 3 Nov 2026", "from ... until ...", or nothing where nobody said. */
function useSpan() {
  const moment = useMoment();
  return ({ start, end }: Relation) => {
    if (start !== null && end !== null) return words.span(moment(start, "date"), moment(end, "date"));
    if (start !== null) return words.since(moment(start, "date"));
    return end === null ? "" : words.until(moment(end, "date"));
  };
}

const placed = (box: Box) => ({ left: box.x, top: box.y, width: box.width, height: box.height });

function Spans({ relations }: { relations: Relation[] }) {
  const span = useSpan();
  return relations.map((each, index) => (
    <span className="h-pic-relation" key={index}>
      <strong>{spoken(each.relation)}</strong> {span(each)}
    </span>
  ));
}

function MiddleBox({ middle, upright }: { middle: Middle; upright: boolean }) {
  const gap = middle.relations.length === 0;
  const { type, id } = nodeParts(middle.node ?? "");
  const written = upright || middle.reach !== "both" || middle.node === null;
  return (
    <div className={classNames("h-pic-box", { links: middle.links, gap, loose: middle.reach !== "both" })} style={placed(middle)}>
      {gap ? <strong>{words.nothing}</strong> : null}
      {middle.node === null ? null : (
        <span className="h-pic-name">
          <strong>{id}</strong> <span>{type}</span>
        </span>
      )}
      {written ? <Spans relations={middle.relations} /> : null}
    </div>
  );
}

function Drawn({ picture, name, patient }: { picture: Picture; name: string; patient: string }) {
  const { width, height, lines } = picture;
  return (
    <div className="h-pic" style={{ width, height }} aria-hidden="true">
      <svg width={width} height={height} viewBox={`0 0 ${String(width)} ${String(height)}`}>
        {lines.map((line, index) => (
          <polyline
            key={index}
            points={line.points.map((point) => point.join(",")).join(" ")}
            className={classNames("h-pic-line", { links: line.links, over: line.over })}
          />
        ))}
      </svg>
      <div className="h-pic-box end" style={placed(picture.person)}>
        <span>{words.person}</span>
        <strong>
          <bdi>{name}</bdi>
        </strong>
      </div>
      <div className="h-pic-box end" style={placed(picture.patient)}>
        <span>{words.patient}</span>
        <strong>{patient}</strong>
      </div>
      {picture.middles.map((middle, index) => (
        <MiddleBox key={index} middle={middle} upright={picture.upright} />
      ))}
      {lines.map(({ label, links }, index) =>
        label === null ? null : (
          <div
            key={index}
            className={classNames("h-pic-label", { links })}
            style={{ left: label.x - label.width / 2, top: label.y, width: label.width }}
          >
            <Spans relations={label.relations} />
          </div>
        ),
      )}
    </div>
  );
}

interface Props {
  held: CaseDetail & { patient: string };
  relations: Relation[];
}

export function Relations({ held, relations }: Props) {
  const [box, width] = useWidth();
  const span = useSpan();
  const person = `staff/${held.staff}`;
  const patient = `patient/${held.patient}`;
  const at = Date.parse(held.opened_at);
  const picture = useMemo(
    () => (width > 0 ? pictureOf(relations, person, patient, width, at) : null),
    [relations, person, patient, width, at],
  );
  const ways = useMemo(
    () => middlesOf(relations, person, patient).filter((each) => each.links).length,
    [relations, person, patient],
  );
  const named = (node: string) => {
    if (node === person) return held.name;
    const { type, id } = nodeParts(node);
    return type === "patient" || type === "" ? id : words.node(id, type);
  };
  return (
    <section className="h-card" aria-labelledby="relations">
      <h2 className="nhsuk-heading-s" id="relations">
        {words.title}
      </h2>
      <p className={ways > 0 ? "" : "h-note"}>{ways > 0 ? words.linked(ways) : words.nothingFull}</p>
      <div ref={box} className="h-pic-frame">
        {picture ? <Drawn picture={picture} name={held.name} patient={held.patient} /> : null}
      </div>
      {relations.length === 0 ? (
        <p className="h-quiet">{words.none}</p>
      ) : (
        <Details>
          <Details.Summary>{words.asText}</Details.Summary>
          <Details.Text>
            <ul className="h-relations">
              {relations.map((each, index) => (
                <li key={index}>
                  <span dir="auto">{words.sentence(named(each.from), spoken(each.relation), named(each.to))}</span>{" "}
                  <span className="h-quiet">
                    {span(each)} {each.source === null ? "" : words.source(each.source)}
                  </span>{" "}
                  {each.links ? <span className="h-tag good">{words.links}</span> : null}
                  {isOver(each, at) ? <span className="h-tag">{words.over}</span> : null}
                </li>
              ))}
            </ul>
          </Details.Text>
        </Details>
      )}
    </section>
  );
}
