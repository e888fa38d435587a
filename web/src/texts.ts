// texts.ts - every sentence of the console. To translate it, translate this file.
//
// One section for each folder. Whole sentences, never parts of one to be put together elsewhere:
// other languages have another order.

export const texts = {
  product: "Halligan",
  skip: "Skip to the page",
  loading: "Loading",
  close: "Close",
  cancel: "Cancel",
  back: "Back",
  tryAgain: "Try again",
  more: "Show more",
  none: "None",
  optional: (label: string) => `${label} (optional)`,
  code: (code: string) => `Reference code ${code}: say it on the telephone.`,

  nav: {
    label: "Main",
    menu: "Menu",
    find: "Find a patient",
    chart: "Open chart",
    work: "Work",
    mine: "Mine",
    policy: "Policy",
    ledger: "Ledger",
    people: "People",
    place: (place: string) => `at ${place}`,
    nowhere: "at an unknown place",
    lock: "Lock",
    signOut: "Sign out",
    dark: "Dark",
    light: "Light",
    asSystem: "As the system",
    theme: "Colours",
  },

  contact: {
    lost: "The server cannot be reached. What you typed is kept; this page goes on by itself as soon as the server is back.",
    back: "The server is back.",
  },

  signIn: {
    title: "Sign in",
    user: "User name",
    password: "Password",
    code: "One-time code",
    codeHint: "Six digits from your authenticator",
    submit: "Sign in",
    sending: "Signing in",
    emptyUser: "Enter your user name",
    emptyPassword: "Enter your password",
    emptyCode: "Enter the six digits that your authenticator shows",
    problem: "There is a problem",
    refused: "User name, password or code is wrong. Nothing says which of them, on purpose.",
    reused: (seconds: number) => `This code was used before. The next one comes in ${String(seconds)} seconds.`,
    slowDown: (seconds: number) => `Too many attempts failed from here. Try again in ${String(seconds)} seconds.`,
    endedBy: {
      expired: "Your session has ended, as every session does. Sign in to go on where you were.",
      idle: "Your session has ended because it was not used. Sign in to go on where you were.",
      logout: "You have signed out. Every glass of that session has ended.",
      revoked: "Your session was ended by somebody who keeps watch over this system.",
      other: "Your session has ended. Sign in to go on where you were.",
    },
    watched: "Whatever is opened here is written down, and the patient can see it.",
  },

  session: {
    ending: (left: string) => `You will be signed out in ${left} because nothing has happened.`,
    endingForGood: (left: string) =>
      `This session ends in ${left}, whatever you do. Finish what you are writing; then sign in again.`,
    stay: "Stay signed in",
    stepUp: {
      title: "Prove that it is you",
      why: "What you are about to do takes a fresh one-time code. What you typed is kept.",
      submit: "Confirm",
      wrong: "This code is wrong. Use the one that your authenticator shows now.",
    },
    lock: {
      title: "Locked",
      who: (name: string) => `This workstation is locked. ${name} is signed in.`,
      password: "Password",
      unlock: "Unlock",
      wrong: "This password is wrong.",
      another: "Sign in as somebody else",
      anotherHint: "Ends the session that is locked here, and every glass in it.",
    },
  },

  problems: {
    title: "There is a problem",
    unreachable: "The server cannot be reached. Nothing was done; try again in a moment.",
    "unexpected-answer": "Something between this page and the server gave an answer that makes no sense. Try again.",
    "ledger-unavailable":
      "The ledger cannot be written, so nothing may be shown or changed. Go by the downtime procedure of your department.",
    "record-system-late": "The record system did not answer in time. Try again, or go by the downtime procedure.",
    "record-system-failed": "The record system cannot be used at the moment. Try again, or go by the downtime procedure.",
    "vault-failed": "Nobody can be checked for the moment. Go by the downtime procedure.",
    overloaded: "Too much is asked at once. Try again in a few seconds.",
    "no-session": "You are not signed in any more.",
    "closed-already": "Somebody else has closed it meanwhile.",
    "self-review": "Nobody reviews their own case.",
    "same-person": "You have enrolled this person, or they you: somebody else has to look at it.",
    "role-needed": "Your roles do not allow this.",
    "glass-ended": "The glass has ended meanwhile.",
    other: "This was refused.",
  },

  time: {
    left: (minutes: number, seconds: number) => `${String(minutes)}:${String(seconds).padStart(2, "0")}`,
    ago: "ago",
    unknown: "unknown",
  },

  notFound: {
    title: "There is no such page",
    text: "Go back to the search.",
  },

  find: {
    title: "Find a patient",
  },
  chart: {
    title: "Chart",
  },
  glass: {},
  viewer: {
    title: "Who came",
  },
  work: {
    title: "Work",
  },
  mine: {
    title: "Mine",
  },
  policy: {
    title: "Policy",
  },
  ledger: {
    title: "Ledger",
  },
  people: {
    title: "People",
  },
};
