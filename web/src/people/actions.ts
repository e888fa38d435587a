// actions.ts - what can be done to people and terminals; each with a fresh proof where the server wants one.

import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { problemText, saidText } from "../parts/ProblemMessage";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { useRefreshPeople } from "./queries";
import type { Said } from "./StaffFields";

export interface TerminalSaid {
  place: string;
  use: string;
  active: boolean;
}

function body(said: Said) {
  const { name, roles, department, active } = said;
  return { name: name.trim(), roles, active, ...(department.trim() === "" ? {} : { department: department.trim() }) };
}

/** What can go wrong with cards differs from what can with people, and the server says it. */
export function cardProblem(error: unknown): string {
  return saidText(error);
}

/** In words of this page. */
export function peopleProblem(error: unknown): string {
  if (isProblem(error, "same-person")) return texts.people.sameProblem;
  if (isProblem(error, "role-needed")) return texts.people.roleProblem;
  return problemText(error);
}

export function usePeopleActions() {
  const prove = useProof();
  const refresh = useRefreshPeople();
  const act = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await prove(action);
    } finally {
      void refresh();
    }
  };
  const who = (staff: string) => ({ params: { path: { staff } } });
  const where = (terminal: string) => ({ params: { path: { terminal } } });
  return {
    setStaff: (staff: string, said: Said) =>
      act(() => told(api.PUT("/api/v1/staff/{staff}", { ...who(staff), body: body(said) }))),
    setPassword: (staff: string, password: string) =>
      act(() => told(api.PUT("/api/v1/staff/{staff}/password", { ...who(staff), body: { password } }))),
    setTotp: (staff: string) => act(() => told(api.POST("/api/v1/staff/{staff}/totp", { ...who(staff), body: {} }))),
    removePasskey: (staff: string, passkey: string) =>
      act(() => told(api.DELETE("/api/v1/staff/{staff}/passkeys/{passkey}", { params: { path: { staff, passkey } } }))),
    signOut: (staff: string) => act(() => told(api.POST("/api/v1/staff/{staff}/sign-out", { ...who(staff), body: {} }))),
    setTerminal: (terminal: string, { place, use, active }: TerminalSaid) =>
      act(() =>
        told(
          api.PUT("/api/v1/terminals/{terminal}", {
            ...where(terminal),
            body: { place: place.trim(), active, ...(use.trim() === "" ? {} : { use: use.trim() }) },
          }),
        ),
      ),
    unlockPassword: (staff: string) => act(() => api.POST("/api/v1/staff/{staff}/unlock", { ...who(staff), body: {} })),
    makeCards: (drawer: string, count: number) =>
      act(() => told(api.POST("/api/v1/drawers/{drawer}/cards", { params: { path: { drawer } }, body: { count } }))),
    countDrawer: (drawer: string, sealed: number[]) =>
      act(() => told(api.POST("/api/v1/drawers/{drawer}/count", { params: { path: { drawer } }, body: { sealed } }))),
    retireCard: async (card: string) => {
      await act(() => api.POST("/api/v1/cards/{card}/retire", { params: { path: { card } }, body: {} }));
    },
    assignCard: (card: string, staff: string) =>
      act(() =>
        told(api.POST("/api/v1/cards/{card}/assign", { params: { path: { card } }, body: staff === "" ? {} : { staff } })),
      ),
    agreeAct: async (id: string) => {
      await act(() => api.POST("/api/v1/acts/{act}/agree", { params: { path: { act: id } }, body: {} }));
    },
    dropAct: async (id: string) => {
      await act(() => api.DELETE("/api/v1/acts/{act}", { params: { path: { act: id } } }));
    },
    setSourceSecret: async (source: string, secret: string) => {
      await act(() => api.PUT("/api/v1/sources/{source}/secret", { params: { path: { source } }, body: { secret } }));
    },
    makeToken: (source: string) =>
      act(() => told(api.PUT("/api/v1/provisioning/{source}", { params: { path: { source } }, body: {} }))),
    stopProvisioning: async (source: string) => {
      await act(() => api.DELETE("/api/v1/provisioning/{source}", { params: { path: { source } } }));
    },
    setReceiver: async (receiver: string, { url, audience, secret }: { url: string; audience: string; secret: string }) => {
      await act(() =>
        api.PUT("/api/v1/receivers/{receiver}", {
          params: { path: { receiver } },
          body: { url, secret, ...(audience === "" ? {} : { audience }) },
        }),
      );
    },
    stopReceiver: async (receiver: string) => {
      await act(() => api.DELETE("/api/v1/receivers/{receiver}", { params: { path: { receiver } } }));
    },
    forgetSubject: (staff: string, provider: string) =>
      act(() => told(api.DELETE("/api/v1/staff/{staff}/providers/{provider}", { params: { path: { staff, provider } } }))),
    setCertificate: (terminal: string, certificate: string) =>
      act(() => told(api.PUT("/api/v1/terminals/{terminal}/certificate", { ...where(terminal), body: { certificate } }))),
    dropCertificate: (terminal: string) =>
      act(() => told(api.DELETE("/api/v1/terminals/{terminal}/certificate", where(terminal)))),
    renewSecret: (terminal: string) =>
      act(() => told(api.POST("/api/v1/terminals/{terminal}/secret", { ...where(terminal), body: {} }))),
  };
}
