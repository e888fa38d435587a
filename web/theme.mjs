// theme.mjs - colours that change with light and dark.
//
// The design system computes with its colours while Sass runs, so it cannot be given custom
// properties. It is given stand-ins, one made-up colour for each role, and the finished style sheet has
// them exchanged for `var(--role)`; src/styles/_tokens.scss says what each role is in light and dark.

const roles = [
  "text",
  "secondary-text",
  "body-background",
  "template-background",
  "card-background",
  "border",
  "border-hover",
  "input-border",
  "input-background",
  "hover",
  "target-hover",
  "error",
  "success",
  "link",
  "link-visited",
  "link-hover",
  "link-active",
  "button",
  "button-text",
  "button-hover",
  "button-active",
  "button-shadow",
  "secondary-button-solid-background",
  "secondary-button-border",
  "secondary-button-text",
  "secondary-button-hover",
  "secondary-button-active",
  "secondary-button-shadow",
  "warning-button",
  "warning-button-hover",
  "warning-button-active",
  "warning-button-shadow",
];

// Not a shade of grey and not a colour of the design system; neighbours differ in every digit.
const standIn = (index) => `#${[index + 17, 255 - index * 3, (index * 37 + 101) % 256]
  .map((part) => part.toString(16).padStart(2, "0"))
  .join("")}`;

/** What console.scss configures the design system with: "$nhsuk-text-colour: #11ff65, ...". */
export function themeSettings() {
  return roles.map((role, index) => `$nhsuk-${role}-colour: ${standIn(index)}`).join(", ");
}

export function withTheme(css) {
  return roles.reduce((text, role, index) => text.replaceAll(standIn(index), `var(--${role})`), css);
}

