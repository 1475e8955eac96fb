/** What Redis says in the first word of an error reply, in our words. */
const REPLIES: ReadonlyMap<string, string> = new Map([
  ["WRONGPASS", "refused the user name or password"],
  ["NOAUTH", "asks for a password"],
  ["NOPERM", "does not let this user run the commands needed"],
  ["OOM", "has no memory left"],
  ["READONLY", "is a read-only replica"],
  ["LOADING", "is still loading its data"],
  ["MISCONF", "cannot save its data and refuses writes"],
  ["NOREPLICAS", "has too few replicas to take writes"],
  ["MASTERDOWN", "is a replica that has lost its master"],
  ["BUSY", "is busy with a script"],
  ["MOVED", "is a node of a cluster, and does not hold this key"],
  ["ASK", "is a node of a cluster that is moving this key"],
  ["TRYAGAIN", "is a node of a cluster that is moving this key"],
  ["CLUSTERDOWN", "is a node of a cluster that is down"],
]);

/** Replies that only a node of a cluster gives. */
const CLUSTER: ReadonlySet<string> = new Set(["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "CROSSSLOT"]);

/** What a reply stops: every command, whatever writes, or the one that it answers. */
const STOPPED: ReadonlyMap<string, Stopped> = new Map([
  ["LOADING", "everything"],
  ["MASTERDOWN", "everything"],
  ["BUSY", "everything"],
  ["NOAUTH", "everything"],
  ["MOVED", "everything"],
  ["ASK", "everything"],
  ["TRYAGAIN", "everything"],
  ["CLUSTERDOWN", "everything"],
  ["OOM", "writes"],
  ["READONLY", "writes"],
  ["MISCONF", "writes"],
  ["NOREPLICAS", "writes"],
  ["NOPERM", "this"],
]);

/** How far a refusal goes. */
export type Stopped = "everything" | "writes" | "this";

/** What the code of a system error means. */
const CODES: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "refused the connection"],
  ["ENOTFOUND", "cannot be found: its name does not resolve"],
  ["EAI_AGAIN", "cannot be found: its name does not resolve"],
  ["EHOSTUNREACH", "cannot be reached: no route to it"],
  ["ENETUNREACH", "cannot be reached: no route to it"],
  ["ECONNRESET", "closed the connection"],
  ["EPIPE", "closed the connection"],
]);

/** A reply that this command does not have, from whatever stands between us and Redis, or in place of it. */
export class WrongReplyError extends Error {
  override readonly name = "WrongReplyError";

  /** @param command What it was the reply to; the reply itself may hold anything, and is not shown. */
  constructor(command: string) {
    super(`The reply to ${command} is not of the form that it has.`);
  }
}

const UNKNOWN_COMMAND = /^ERR unknown command/i;
const TIMEOUT = "Command timed out";

/** What a command fails with that got no reply in time; ioredis makes the same. */
export function timeoutError(): Error {
  return new Error(TIMEOUT);
}

/** Whether Redis was silent for as long as a command may take. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === TIMEOUT;
}

/** Whether data of another kind stand in the key. */
export function isWrongType(error: unknown): boolean {
  return wordOf(error) === "WRONGTYPE";
}

/** Whether the reply is that of a read-only replica. */
export function isReadOnly(error: unknown): boolean {
  return wordOf(error) === "READONLY";
}

/** Whether the reply is that of a node of a cluster. */
export function isClusterReply(error: unknown): boolean {
  return CLUSTER.has(wordOf(error) ?? "");
}

/** What this Redis or this user lacks, and the command that showed it, in capitals. */
export interface Lack {
  /** `unknown`: Redis does not know the command; `other`: the reply has a wrong form. All else are missing rights. */
  kind: "unknown" | "command" | "key" | "channel" | "other";
  command: string;
}

/**
 * What an error reply says is missing.
 *
 * @param tried The command that was sent; a script may fail because of another one, which the reply may name.
 */
export function lackOf(error: unknown, tried: string): Lack {
  const command = tried.toUpperCase();
  if (!(error instanceof Error) || error.name !== "ReplyError") return { kind: "other", command };
  if (UNKNOWN_COMMAND.test(error.message)) return { kind: "unknown", command };
  if (/access .*keys?\b/i.test(error.message)) return { kind: "key", command };
  if (/access .*channels?\b/i.test(error.message)) return { kind: "channel", command };
  const named = /run the '([a-z]{1,30})/i.exec(error.message)?.[1];
  return { kind: "command", command: (named ?? tried).toUpperCase() };
}

/**
 * What a Redis refuses that answers and is connected; undefined where it is silent or gone, and where the mistake is in
 * one entry.
 */
export function refusalOf(error: unknown): Stopped | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof WrongReplyError) return "this";
  if (error.name !== "ReplyError") return undefined;
  return UNKNOWN_COMMAND.test(error.message) ? "this" : STOPPED.get(replyWord(error.message));
}

/**
 * What happened, as the rest of a sentence that starts with "Redis". Holds no key, value, user name or password.
 *
 * @param error What ioredis threw or emitted; undefined where a connection ended without a word.
 * @param state Whether the connection uses TLS, and whether it was just being opened.
 */
export function explainFailure(error: unknown, state: { encrypted: boolean; opening: boolean }): string {
  if (error instanceof WrongReplyError) return "gave a reply of a wrong form";
  if (error instanceof Error && error.name === "ReplyError") return explainReply(error.message);
  return explainSilence(error) + hint(error, state);
}

/** A copy of an ioredis error that does not carry the command's arguments, among them values and the password. */
export function withoutArguments(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof WrongReplyError) return error;
  const copy = new Error(error.message.replace(/, with args beginning with:.*/s, ""));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack.replace(error.message, copy.message);
  return Object.assign(copy, codeOf(error) === "" ? {} : { code: codeOf(error) });
}

function explainSilence(error: unknown): string {
  if (!(error instanceof Error) || error.message === "Connection is closed.") return "closed the connection";
  const code = codeOf(error);
  if (isLate(error)) return "did not answer in time";
  if (/CERT|TLS|SSL|UNABLE_TO/.test(code)) return `failed the TLS handshake (${code})`;
  if (error.name === "NotCapable") return "is not among the hosts that --allow-net permits";
  if (error.message.startsWith("Stream isn't writeable")) return "is not connected";
  if (error.message.startsWith("Unknown RESP type")) return "does not speak the Redis protocol";
  return CODES.get(code) ?? `failed (${code || error.name})`;
}

/** One side with TLS and one without look like silence or like a hang-up. */
function hint(error: unknown, { encrypted, opening }: { encrypted: boolean; opening: boolean }): string {
  if (!opening) return "";
  if (encrypted && isLate(error)) return " (does it speak TLS, as rediss:// says?)";
  return !encrypted && explainSilence(error) === "closed the connection" ? " (does it expect TLS, rediss://?)" : "";
}

function isLate(error: unknown): boolean {
  return codeOf(error) === "ETIMEDOUT" || isTimeout(error);
}

function explainReply(message: string): string {
  if (/db index/i.test(message)) return "has no database of that number";
  if (UNKNOWN_COMMAND.test(message)) return "does not know a command that is needed: it must be Redis 6.2 or later";
  const word = replyWord(message);
  return REPLIES.get(word) ?? `answered with an error (${word})`;
}

/** How Redis 7 says that the user may not run a command of a script. */
const FORBIDDEN_IN_SCRIPT = /^ERR .*(?:user executing the script can't|ACL failure in script)/i;

function wordOf(error: unknown): string | undefined {
  return error instanceof Error && error.name === "ReplyError" ? replyWord(error.message) : undefined;
}

/** The word by which an error reply is known; Redis 6 puts words of its own before what stopped a script. */
function replyWord(message: string): string {
  if (FORBIDDEN_IN_SCRIPT.test(message)) return "NOPERM";
  return /^(?:ERR Error running script .*?: -)?([A-Z]+)/s.exec(message)?.[1] ?? "ERR";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
