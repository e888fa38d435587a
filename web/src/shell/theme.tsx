// theme.tsx - light or dark: as the system has it, unless somebody chose. The choice is all that is kept in this browser.

import { useState } from "react";
import { texts } from "../texts";

const key = "halligan.theme";
type Choice = "system" | "light" | "dark";

function stored(): Choice {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : "system";
}

function apply(choice: Choice) {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
}

export function applyStoredTheme() {
  apply(stored());
}

export function ThemeChoice() {
  const [choice, setChoice] = useState(stored);
  return (
    <label className="h-theme">
      <span>{texts.nav.theme}</span>
      <select
        value={choice}
        onChange={(event) => {
          const chosen = event.target.value as Choice;
          setChoice(chosen);
          if (chosen === "system") localStorage.removeItem(key);
          else localStorage.setItem(key, chosen);
          apply(chosen);
        }}
      >
        <option value="system">{texts.nav.asSystem}</option>
        <option value="light">{texts.nav.light}</option>
        <option value="dark">{texts.nav.dark}</option>
      </select>
    </label>
  );
}
