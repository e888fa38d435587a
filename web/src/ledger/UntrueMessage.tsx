// UntrueMessage.tsx - what does not hold, where, what it can mean, and what to do.

import { useNumber } from "../parts/numbers";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import type { Untruth, Verdict } from "./verifying";

const say = texts.ledger.untrue;

function useWords(): (why: Untruth) => { title: string; means: string } {
  const number = useNumber();
  return (why) => {
    switch (why.what) {
      case "shorter":
        return { title: say.shorter(number(why.before.size), number(why.size)), means: say.shorterMeans };
      case "fork":
        return { title: say.fork(number(why.before.size)), means: say.forkMeans };
      case "tile-missing":
        return { title: say.tileMissing(why.path), means: say.tileMeans };
      case "tile-length":
        return { title: say.tileLength(why.path), means: say.tileMeans };
      case "entries-changed":
        return {
          title: say.entriesChanged(number(why.first), number(why.end - 1)),
          means: say.entriesChangedMeans(why.path),
        };
      case "upper-tile-changed":
        return {
          title: say.upperTile(why.path, number(why.first), number(why.end - 1)),
          means: say.upperTileMeans,
        };
      case "root-differs":
        return { title: say.root, means: say.rootMeans(number(why.first), number(why.end - 1)) };
      default:
        return say.note[why.what];
    }
  };
}

export function UntrueMessage({ verdict }: { verdict: Extract<Verdict, { is: "untrue" }> }) {
  const { why } = verdict;
  const words = useWords()(why);
  const moment = useMoment();
  const before = why.what === "shorter" || why.what === "fork" ? why.before : null;
  return (
    <div className="h-problem h-ledger-untrue" role="alert">
      <h3 className="nhsuk-heading-s">{why.what === "signature-unsupported" ? say.cannotTell : say.title}</h3>
      <p>
        <strong>{words.title}</strong>
      </p>
      <p>{words.means}</p>
      {before ? (
        <p>
          {say.seen(moment(before.at))} <span className="h-code">{before.root}</span>
        </p>
      ) : null}
      {why.what === "signature-unsupported" ? null : <p>{say.whatToDo}</p>}
    </div>
  );
}
