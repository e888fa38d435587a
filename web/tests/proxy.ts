// proxy.ts - a proxy that opens every connection a browser makes and writes down each request: host, method, target.
//
// It has the hospital's own certificate, which the browser of the tests does not check.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";

export interface Seen {
  host: string;
  method: string;
  target: string;
  headers: Record<string, string | string[] | undefined>;
}

export async function startProxy(folder: string) {
  const seen: Seen[] = [];
  let away = false;
  const sockets = new Set<Socket>();
  const cert = readFileSync(join(folder, "data/tls.crt"));
  const key = readFileSync(join(folder, "data/tls.key"));
  const hostOf = new WeakMap<Socket, string>();

  const handOn = (from: IncomingMessage, answer: ServerResponse) => {
    const host = hostOf.get(from.socket) ?? from.headers.host ?? "";
    seen.push({ host, method: from.method ?? "", target: from.url ?? "", headers: from.headers });
    const [name, port] = host.split(":");
    const onwards = request(
      {
        host: name, port, method: from.method, path: from.url, headers: from.headers,
        rejectUnauthorized: false,
      },
      (back) => {
        answer.writeHead(back.statusCode ?? 502, back.headers);
        back.pipe(answer);
      },
    );
    onwards.on("error", () => answer.destroy());
    answer.on("close", () => onwards.destroy());
    from.pipe(onwards);
  };
  const inner = createServer(handOn);
  const outer = createServer((from, answer) => {
    // Plain HTTP through the proxy: nothing of ours is, so it is written down and refused.
    seen.push({ host: new URL(from.url ?? "", "http://none").host, method: from.method ?? "", target: from.url ?? "", headers: from.headers });
    answer.writeHead(403).end();
  });
  outer.on("connect", (asked: IncomingMessage, socket: Socket) => {
    const host = asked.url ?? "";
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (away) {
      socket.destroy();
      return;
    }
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (!host.startsWith("127.0.0.1:")) {
      seen.push({ host, method: "CONNECT", target: "", headers: asked.headers });
      socket.destroy();
      return;
    }
    const secure = new TLSSocket(socket, { isServer: true, cert, key });
    secure.on("error", () => undefined);
    hostOf.set(secure, host);
    inner.emit("connection", secure);
  });
  await new Promise<void>((ready) => outer.listen(0, "127.0.0.1", ready));
  return {
    seen,
    url: `http://127.0.0.1:${String((outer.address() as AddressInfo).port)}`,
    /** The server is away: nothing comes through, and what is open breaks off. */
    goAway: () => {
      away = true;
      for (const socket of sockets) socket.destroy();
    },
    comeBack: () => {
      away = false;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      inner.close();
      outer.close();
    },
  };
}
