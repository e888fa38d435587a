// webauthn.ts - passkeys (WebAuthn) of whoever sits here: the server asks, the authenticator answers, the server decides.

import { api, told } from "../api/client";
import type { components } from "../api/schema";

export type Passkey = components["schemas"]["Passkey"];
type Answer = components["schemas"]["PasskeyAnswer"];

/** The person closed the browser's own dialog, or no authenticator had what was asked for. */
export class NoPasskey extends Error {}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}
function textOf(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** Whether this page, by the name in its address, can have passkeys at all. */
export const passkeysHere = typeof PublicKeyCredential !== "undefined" && !/^[\d.]+$|^\[/.test(location.hostname);

const patience = 60_000;
const named = (ids: readonly string[]) => ids.map((id) => ({ type: "public-key" as const, id: bytesOf(id) }));

async function answered<Response extends AuthenticatorResponse>(asking: Promise<Credential | null>) {
  let made: PublicKeyCredential | null;
  try {
    made = (await asking) as PublicKeyCredential | null;
  } catch (error) {
    throw new NoPasskey(String(error));
  }
  if (made === null) throw new NoPasskey();
  return { id: made.id, response: made.response as Response };
}

async function answerTo(asked: { challenge: string; rp_id: string; passkeys?: string[] }): Promise<Answer> {
  const { id, response } = await answered<AuthenticatorAssertionResponse>(
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(asked.challenge),
        rpId: asked.rp_id,
        userVerification: "required",
        timeout: patience,
        allowCredentials: named(asked.passkeys ?? []),
      },
    }),
  );
  return {
    id,
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    ...(response.userHandle ? { user_handle: textOf(response.userHandle) } : {}),
  };
}

/** A session by whatever passkey the person chooses. */
export async function signInByPasskey() {
  const passkey = await answerTo(await told(api.POST("/api/v1/passkeys/challenge", {})));
  return told(api.POST("/api/v1/sessions/passkey", { body: { passkey, cookie: true } }));
}

export async function stepUpByPasskey(): Promise<void> {
  const passkey = await answerTo(await told(api.POST("/api/v1/session/step-up/challenge", {})));
  await api.POST("/api/v1/session/step-up/passkey", { body: { passkey } });
}

export async function unlockByPasskey(): Promise<void> {
  const passkey = await answerTo(await told(api.POST("/api/v1/session/unlock/challenge", { body: {} })));
  await api.POST("/api/v1/session/unlock/passkey", { body: { passkey } });
}

export async function listPasskeys(): Promise<Passkey[]> {
  return told(api.GET("/api/v1/session/passkeys"));
}

export async function enrolPasskey(name: string): Promise<void> {
  const asked = await told(api.POST("/api/v1/session/passkeys/challenge", {}));
  const user = asked.user;
  if (user === undefined) throw new NoPasskey();
  const { response } = await answered<AuthenticatorAttestationResponse>(
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(asked.challenge),
        rp: { id: asked.rp_id, name: "Halligan" },
        user: { id: bytesOf(user.handle), name: user.name, displayName: user.display_name },
        pubKeyCredParams: (asked.algorithms ?? []).map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        excludeCredentials: named(asked.passkeys ?? []),
        timeout: patience,
      },
    }),
  );
  await api.POST("/api/v1/session/passkeys", {
    body: { name, client_data: textOf(response.clientDataJSON), attestation_object: textOf(response.attestationObject) },
  });
}

export async function removePasskey(passkey: string): Promise<void> {
  await api.DELETE("/api/v1/session/passkeys/{passkey}", { params: { path: { passkey } } });
}
