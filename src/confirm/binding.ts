import { canonicalJson } from "../crypto/canonical_json.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { JsonValue } from "../text/clean.ts";
import { type DeclaredInputs, isBound, PLAIN_INPUT } from "./declared_input.ts";
import { machineOf, type Question, type QuestionSubject, type ShownQuestion } from "./question.ts";

/** What a yes is bound to. If any part differs, the yes does not count. */
export interface CallBinding {
  /** 64 hex digits: customer, what the caller is bound to, tool and canonical arguments. */
  call: string;
  /** 64 hex digits: what the call affects. */
  target: string;
  /** 64 hex digits: both together. */
  fingerprint: string;
}

/**
 * The arguments that a yes is bound to: parsed, with defaults, and with the id of the server that was found, if any.
 */
function canonicalArguments(
  { input, declared, question }: Pick<CallToBind, "input" | "declared" | "question">,
): Record<string, unknown> {
  const bound = Object.entries(input).filter(([name]) => isBound(declared.get(name) ?? PLAIN_INPUT));
  const { subject } = question;
  return { ...Object.fromEntries(bound), ...("server" in subject && { server_id: subject.server.id }) };
}

/** What the call affects, sorted, so that it doesn't depend on Cloudways' order. No part of it changes by itself. */
export function targetOf({ subject, target }: ShownQuestion & Pick<Question, "target">): JsonValue {
  return { ...boundSubject(subject), ...(target !== undefined && { also: target }) };
}

function boundSubject(subject: QuestionSubject): Record<string, JsonValue> {
  if (subject.kind === "account") return { account: true };
  if (subject.kind === "domain") return { domain: subject.domain };
  const { server: { id, label, ip }, apps } = machineOf(subject);
  const hit = apps?.map((app) => ({ id: app.id, domains: [...app.domains].sort() })).sort((a, b) => a.id - b.id) ??
    null;
  return { server: { id, label, ip }, apps: hit };
}

/** The client that asks. A person's no counts for one client; another client may ask the same question. */
export interface AskingClient {
  /** As it names itself. */
  client: string | undefined;
  /** The nonce of its session, where it has one. */
  session: string | undefined;
}

/** What a person's no is bound to: tool, arguments and client, but not the target, which may change. 64 hex digits. */
export async function noOf(
  fingerprints: Fingerprints,
  { call }: CallBinding,
  { client, session }: AskingClient,
): Promise<string> {
  return await fingerprints.of("no", call, client ?? "", session ?? "");
}

/** What a yes is bound to, before it is hashed. */
export interface CallToBind {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** What the caller is bound to besides; see `Caller.boundTo`. */
  boundTo: string;
  tool: string;
  /** Parsed arguments. */
  input: Readonly<Record<string, unknown>>;
  /** What the tool's inputs declare. */
  declared: DeclaredInputs;
  question: Question;
}

/** Computes the fingerprints of a call and its target. */
export async function bindCall(fingerprints: Fingerprints, bound: CallToBind): Promise<CallBinding> {
  const { customer, boundTo, tool, question } = bound;
  const call = await fingerprints.of(
    "call",
    customer,
    tool,
    canonicalJson(canonicalArguments(bound)),
    // Left out where it is empty, so that the fingerprints of earlier versions stay valid.
    ...(boundTo === "" ? [] : [boundTo]),
  );
  const { typed } = question;
  const target = await fingerprints.of(
    "target",
    canonicalJson(targetOf(question)),
    ...(typed === undefined ? [] : [typed]),
  );
  return { call, target, fingerprint: await fingerprints.of("bound", call, target) };
}
