// certificate.ts - the certificate in a file: nothing else that lies in it leaves the browser, least of all a key.

const begin = "-----BEGIN CERTIFICATE-----";
const end = "-----END CERTIFICATE-----";
/** As the server takes it, RFC 7468 with its lines. */
export const certificateBytesMax = 11_000;

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** The first one in PEM, or the whole of a file in DER, as PEM; null where there is none. */
export function certificateIn(bytes: Uint8Array): string | null {
  const text = textOf(bytes);
  const from = text.indexOf(begin);
  if (from >= 0) {
    const to = text.indexOf(end, from);
    return to < 0 ? null : `${text.slice(from, to + end.length)}\n`;
  }
  // A SEQUENCE of more than 127 octets (X.690 8.1).
  if (bytes.length > certificateBytesMax || bytes[0] !== 0x30 || (bytes[1] ?? 0) < 0x81) return null;
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `${[begin, ...lines, end].join("\n")}\n`;
}
