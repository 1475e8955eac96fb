/** A stand-in for the models behind clients that bring one: follows the plan, and keeps what the model is shown. */
import type { ListedTool } from "../listed_tools.ts";
import type { Plan } from "../plan.ts";
import { anthropicApi } from "./anthropic.ts";
import type { ModelApi } from "./api.ts";
import { geminiApi } from "./gemini.ts";
import { openaiApi } from "./openai.ts";
import { Script } from "./script.ts";

const apis: readonly ModelApi[] = [anthropicApi, openaiApi, geminiApi];

/** A running stand-in. */
export interface StandIn extends AsyncDisposable {
  /** The base address of all three APIs, without a trailing slash. */
  readonly url: string;
  readonly script: Script;
  /** Every request, for the evidence. */
  readonly requests: readonly { path: string; body: unknown }[];
}

/** Starts a stand-in. */
export function startStandIn(plan: Plan, listed: readonly ListedTool[]): StandIn {
  const script = new Script(plan, listed);
  const requests: { path: string; body: unknown }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    requests.push({ path: pathname, body });
    const api = request.method === "POST" ? apis.find(({ handles }) => handles(pathname)) : undefined;
    return await api?.answer(pathname, body, script) ?? Response.json({ error: "unknown path" }, { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    script,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
