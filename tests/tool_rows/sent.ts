/** What went to Cloudways, in the form in which the rows of the tools write it. */
import type { RecordedRequest, Sandbox } from "../sandbox/mod.ts";
import { LISTING, LOOK, MADE_PASSWORD, type Sends, type Sent, type ToolRow } from "./row.ts";

/** A request as a row writes it. */
export function sentOf({ method, path, fields }: RecordedRequest): Sent {
  const below = path.replace("/api/v2", "");
  if (below.startsWith("/operation/")) return LOOK;
  if (Object.keys(fields).length === 0) return [`${method} ${below}`];
  return [`${method} ${below}`, withoutMadePassword(fields)];
}

/** The form of passwords that are made for a call. */
const MADE = /^[A-Za-z0-9][A-Za-z0-9!_-]{23}$/;

/** The members of a request, with {@linkcode MADE_PASSWORD} in the place of a password that was made for it. */
export function withoutMadePassword(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return MADE.test(String(fields.password)) ? { ...fields, password: MADE_PASSWORD } : fields;
}

/** Everything that the sandbox was asked for, in an order that is always the same. */
export function everythingSent(sandbox: Sandbox): Sent[] {
  return inOrder(sandbox.requests.map(sentOf));
}

/** What a row says that a call sends, in the same order. */
export function expectedOf(
  { sends, sendsAfterDocumented }: ToolRow,
  kind: keyof Sends,
  forms: "live" | "documented" = "live",
): Sent[] {
  return inOrder((forms === "documented" ? sendsAfterDocumented?.[kind] : undefined) ?? sends[kind]);
}

/**
 * The request that does what a call is for: the last before the last look at an operation, or the last of all where no
 * operation is looked at.
 */
export function mainRequestOf({ tool, sends }: ToolRow): string {
  const requests = sends.minimal.map(([request]) => request);
  const lastLook = requests.lastIndexOf(LOOK[0]);
  const before = lastLook === -1 ? requests : requests.slice(0, lastLook);
  const main = before.findLast((request) => request !== LISTING[0] && request !== LOOK[0]);
  if (main === undefined) throw new Error(`${tool} sends nothing of its own`);
  return main;
}

function inOrder(sent: readonly Sent[]): Sent[] {
  return sent.map((one) => ({ one, text: textOf(one) })).sort((a, b) => a.text < b.text ? -1 : 1).map(({ one }) => one);
}

/** Members in whatever order. */
function textOf([request, members = {}]: Sent): string {
  return `${request} ${JSON.stringify(Object.entries(members).sort(([a], [b]) => a < b ? -1 : 1))}`;
}
