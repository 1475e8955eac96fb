/** The meaning of the error prefix, the first word of an error reply. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
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

/** Error prefixes that only a node of a cluster sends. */
const CLUSTER_PREFIXES: ReadonlySet<string> = new Set(["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "CROSSSLOT"]);

/** The commands that an error reply concerns. */
const SCOPES: ReadonlyMap<string, RefusalScope> = new Map([
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

/** The commands that Redis refuses: all, those that write, or only the one that it answered. */
export type RefusalScope = "everything" | "writes" | "this";

/** The meaning of the codes of system errors. */
const CODES: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "refused the connection"],
  ["ENOTFOUND", "cannot be found: its name does not resolve"],
  ["EAI_AGAIN", "cannot be found: its name does not resolve"],
  ["EHOSTUNREACH", "cannot be reached: no route to it"],
  ["ENETUNREACH", "cannot be reached: no route to it"],
  ["ECONNRESET", "closed the connection"],
  ["EPIPE", "closed the connection"],
]);

/** A reply that does not match the command's schema. It may come from a proxy, or from a server other than Redis. */
export class WrongReplyError extends Error {
  override readonly name = "WrongReplyError";

  /** @param command The command of the reply. The reply itself may hold anything, and is not shown. */
  constructor(command: string) {
    super(`Malformed reply to ${command}.`);
  }
}

const UNKNOWN_COMMAND = /^ERR unknown command/i;
const TIMEOUT = "Command timed out";

/** The error of a command without a reply in time; ioredis throws the same one. */
export function timeoutError(): Error {
  return new Error(TIMEOUT);
}

/** Whether a command got no reply in time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === TIMEOUT;
}

/** Whether the key holds data of another type. */
export function isWrongType(error: unknown): boolean {
  return prefixOf(error) === "WRONGTYPE";
}

/** Whether a read-only replica sent the reply. */
export function isReadOnly(error: unknown): boolean {
  return prefixOf(error) === "READONLY";
}

/** Whether a node of a cluster sent the reply. */
export function isClusterReply(error: unknown): boolean {
  return CLUSTER_PREFIXES.has(prefixOf(error) ?? "");
}

/** What this Redis or this user lacks, and the command that failed, in capitals. */
export interface Lack {
  /** `unknown`: Redis does not know the command; `other`: the reply is malformed. All others: a right is missing. */
  kind: "unknown" | "command" | "key" | "channel" | "other";
  command: string;
}

/**
 * Reads from an error reply what is missing.
 *
 * @param tried The command that was sent. A script may fail because of another command, which the reply may name.
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
 * Which commands a connected Redis refuses, by its reply; undefined if it is silent or gone, or if only one entry is
 * wrong.
 */
export function refusalScope(error: unknown): RefusalScope | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof WrongReplyError) return "this";
  if (error.name !== "ReplyError") return undefined;
  return UNKNOWN_COMMAND.test(error.message) ? "this" : SCOPES.get(errorPrefix(error.message));
}

/**
 * Explains a failure, as the rest of a sentence that begins with "Redis". Holds no key, value, user name or password.
 *
 * @param error What ioredis threw or emitted; undefined if a connection ended without an error.
 * @param state Whether the connection uses TLS, and whether this was the first attempt to connect.
 */
export function explainFailure(error: unknown, state: { encrypted: boolean; opening: boolean }): string {
  if (error instanceof WrongReplyError) return "sent a malformed reply";
  if (error instanceof Error && error.name === "ReplyError") return explainReply(error.message);
  return explainSilence(error) + hint(error, state);
}

/** A copy of an ioredis error without the command's arguments, which may hold values and the password. */
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

/** If only one side uses TLS, it looks like silence or a hang-up. */
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
  const prefix = errorPrefix(message);
  return PREFIXES.get(prefix) ?? `answered with an error (${prefix})`;
}

/** The reply of Redis 7 if the user may not run a command of a script. */
const FORBIDDEN_IN_SCRIPT = /^ERR .*(?:user executing the script can't|ACL failure in script)/i;

function prefixOf(error: unknown): string | undefined {
  return error instanceof Error && error.name === "ReplyError" ? errorPrefix(error.message) : undefined;
}

/** The error prefix. Redis 6 puts its own words before the error that stopped a script. */
function errorPrefix(message: string): string {
  if (FORBIDDEN_IN_SCRIPT.test(message)) return "NOPERM";
  return /^(?:ERR Error running script .*?: -)?([A-Z]+)/s.exec(message)?.[1] ?? "ERR";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
