/** Asking and approving in a form, for tests of what a question shows. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "./clients.ts";
import type { Service } from "./harness.ts";
import { callModern } from "./rpc_2026.ts";
import { yesTo } from "./yes.ts";
import type { Sandbox } from "../sandbox/mod.ts";

/** A question, its first line, and a yes to it. */
export interface Asked {
  message: string;
  firstLine: string;
  /** Says yes; gives the answer of the call, or undefined if a person is asked once more. */
  approve(): Promise<Record<string, unknown> | undefined>;
}

/** Makes a call that asks. */
export async function ask(service: Service, name: string, args: Record<string, unknown>): Promise<Asked> {
  const call = { url: service.mcpUrl, name, args, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const { message, state } = asked;
  const approve = async () => {
    const done = await callModern({ ...call, answered: { state, reply: yesTo(message) } });
    return done.kind === "result" ? done.answer.json : undefined;
  };
  return { message, firstLine: message.split("\n")[0] ?? "", approve };
}

/** Makes a call that is refused before anybody is asked; gives the refusal. */
export async function refusedUnasked(service: Service, name: string, args: Record<string, unknown>) {
  const asked = await callModern({ url: service.mcpUrl, name, args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "result", JSON.stringify(asked));
  assert.equal(asked.answer.isError, true, JSON.stringify(asked.answer.json));
  return asked.answer.json;
}

/** The operations that changed something, in their order. */
export function writesTo({ requests }: Sandbox): string[] {
  return requests.filter(({ method }) => method !== "GET").map(({ operationId }) => String(operationId));
}
