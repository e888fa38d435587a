// later.tsx - a page whose code comes when somebody goes there. What has come is shown at once ever after, without a moment
// in which nothing is.
//
// A page whose code cannot be had fails as one that cannot be shown does: what stands round it says so, and where it tries
// again, the code is asked for again.

import { useEffect, useState, type ComponentType } from "react";
import { Loading } from "./Page";

export function later(load: () => Promise<ComponentType>): ComponentType {
  let here: ComponentType | null = null;
  return function Later() {
    const [, setMade] = useState(here !== null);
    const [failed, setFailed] = useState<{ error: unknown } | null>(null);
    useEffect(() => {
      if (here !== null) return;
      load().then(
        (made) => {
          here = made;
          setMade(true);
        },
        (error: unknown) => setFailed({ error }),
      );
    }, []);
    if (failed !== null) throw failed.error;
    const Made = here;
    return Made === null ? <Loading /> : <Made />;
  };
}
