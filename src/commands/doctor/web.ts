/** Checks what is reached by HTTP: the Cloudways API, and this server's own address for people. */
import * as z from "zod";
import type { Clock } from "../../async/clock.ts";
import { Deadline } from "../../async/deadline.ts";
import { type NetworkFailure, networkFailure } from "../../cloudways/network_failure.ts";
import type { Config } from "../../config.ts";
import { publicHost, publicUrlIsLoopback } from "../../config/reach.ts";
import { readJson } from "../../text/read_json.ts";
import { missingPermissions } from "../permissions.ts";
import { failure, type Finding, fine, warning } from "./finding.ts";

const TIMEOUT_MS = 10_000;

/** Longer than the answer of `/health`; of anything else less is enough to see that it is not ours. */
const MAX_BODY_BYTES = 4_096;

const health = z.object({ status: z.literal("healthy"), version: z.string().regex(/^[\w.+-]{1,40}$/) });

type Answer = { response: { status: number; text: string } } | { cause: NetworkFailure | "timeout" | undefined };

/** Checks that the API can be reached. Any answer proves it; without credentials the answer is a refusal. */
export async function examineApi({ apiBaseUrl }: Config, clock: Clock): Promise<Finding> {
  const { host } = apiBaseUrl;
  const from = clock.monotonic();
  const answer = await ask(apiBaseUrl);
  if ("response" in answer) {
    const how = apiBaseUrl.protocol === "https:" ? "the name is known, TLS works, and it answers" : "it answers";
    return fine("api", `${host}: ${how} in ${Math.round(clock.monotonic() - from)} ms`);
  }
  return failure("api", `${host} ${API_PROBLEMS[answer.cause ?? "other"]}`);
}

const API_PROBLEMS: Readonly<Record<NetworkFailure | "timeout" | "other", string>> = {
  dns: "is not found: check the name in CLOUDWAYS_API_BASE_URL, and the DNS of this machine (getent hosts NAME)",
  refused: "refuses the connection: check the port in CLOUDWAYS_API_BASE_URL, firewalls, and HTTPS_PROXY",
  tls:
    "can't be reached by TLS: check the clock of this machine; if a proxy of yours opens TLS, name the certificate " +
    "of its authority in DENO_CERT",
  reset: "breaks the connection off: check firewalls and HTTPS_PROXY",
  timeout: "does not answer in 10 seconds: check firewalls and HTTPS_PROXY",
  other: "does not answer: check the network, DNS and proxies",
};

/** Checks that people reach this server at `PUBLIC_URL`, as far as that can be seen from here. */
export async function examinePublicUrl(config: Config): Promise<Finding[]> {
  const name = "public url";
  const { publicUrl } = config;
  const address = publicHost(config);
  if (publicUrl === undefined || address === undefined) {
    const text = "PUBLIC_URL is not set, so there are no pages for people";
    return [needsPages(config) ? warning(name, `${text}: set it to the address that people use`) : fine(name, text)];
  }
  if (await missingPermissions([address]) !== undefined) {
    return [fine(name, "not looked at: this program was built without the permission to reach it")];
  }
  const base = publicUrl.href.replace(/\/$/, "");
  const answer = await ask(new URL(`${base}/health`));
  if (!("response" in answer)) return [unreachable(name, base, config, answer.cause ?? "other")];
  const found = readJson(answer.response.text, health);
  if (answer.response.status !== 200 || found === undefined) {
    return [warning(name, wrongAnswer(base, answer.response.status))];
  }
  return [fine(name, `${base} is this server, version ${found.version}`), ...await openMetrics(base, config)];
}

/** Whether people are to approve on a page. */
function needsPages({ readOnly, confirm }: Config): boolean {
  return !readOnly && confirm === "ask";
}

const PUBLIC_PROBLEMS: Readonly<Record<NetworkFailure | "timeout" | "other", string>> = {
  dns: "is not found: enter the name in your DNS, or correct PUBLIC_URL",
  refused: "refuses the connection: start the server and its proxy, or correct PUBLIC_URL",
  tls: "can't be reached by TLS: check that the certificate of the proxy is valid, complete and for this name",
  reset: "breaks the connection off: check the proxy",
  timeout: "does not answer in 10 seconds: check the proxy and firewalls",
  other: "does not answer: check the proxy, DNS and PUBLIC_URL",
};

function unreachable(
  name: string,
  base: string,
  config: Config,
  cause: NetworkFailure | "timeout" | "other",
): Finding {
  if (publicUrlIsLoopback(config) && cause === "refused") {
    return fine(name, `nothing runs at ${base} now; once the server is started, doctor can look at it`);
  }
  return warning(name, `from here, ${base} ${PUBLIC_PROBLEMS[cause]}`);
}

function wrongAnswer(base: string, status: number): string {
  if (status === 502 || status === 503 || status === 504) {
    return `${base} answers ${status}: its proxy runs and does not reach the server; start it, or correct proxy_pass`;
  }
  return `${base}/health answers ${status}, and not as this server does: pass every path on, and correct PUBLIC_URL`;
}

/** Metrics name no customer, but are nobody's business outside. */
async function openMetrics(base: string, config: Config): Promise<Finding[]> {
  if (publicUrlIsLoopback(config)) return [];
  const answer = await ask(new URL(`${base}/metrics`));
  if (!("response" in answer) || answer.response.status !== 200) return [];
  return [
    warning("metrics", `${base}/metrics can be read from here: if it can from everywhere, block it at the proxy`),
  ];
}

/** Asks once, with a deadline, and reads no more than the start of the answer. */
async function ask(url: URL): Promise<Answer> {
  using deadline = new Deadline(TIMEOUT_MS);
  try {
    const { status, body } = await fetch(url, { redirect: "manual", signal: deadline.signal });
    return { response: { status, text: body === null ? "" : await startOf(body) } };
  } catch (error) {
    if (deadline.signal.aborted) return { cause: "timeout" };
    return { cause: networkFailure(error) };
  }
}

async function startOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MAX_BODY_BYTES) break;
  }
  return text;
}
