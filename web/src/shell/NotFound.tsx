import { Link } from "react-router";
import { Page } from "../parts/Page";
import { texts } from "../texts";

export function NotFound() {
  return (
    <Page title={texts.notFound.title}>
      <p>
        <Link to="/find">{texts.notFound.text}</Link>
      </p>
    </Page>
  );
}
