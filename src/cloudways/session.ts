/** For whom requests are sent, and what a request is. */
import type * as z from "zod";
import type { Customer } from "../identity/caller.ts";
import type { Logger } from "../telemetry/log.ts";
import type { JsonValue } from "../text/clean.ts";
import type { Fields } from "./http.ts";
import type { ReplyInTurns } from "./parse_reply.ts";
import type { ApiPath } from "./path.ts";

/** For whom a request is sent, and when it must end. */
export interface Session {
  customer: Customer;
  /** The client's address; wrong credentials are counted by it. */
  address: string;
  /** Ends reads and waiting, at the deadline or when the client leaves. */
  signal: AbortSignal;
  /** Ends writes, at the deadline only: a write that was sent can't be taken back. */
  deadline: AbortSignal;
  /** The deadline in milliseconds since the Unix epoch, so that no work is begun that can't end in time. */
  endsAt?: number;
  /** When the call arrived, in milliseconds since the Unix epoch; waiting is counted from then. Defaults to now. */
  waitsFrom?: number;
  /** The tool that is called; undefined outside of a call. */
  tool?: string;
  /** Logs under the caller's request id, and hides the caller's credentials. */
  log: Logger;
}

/**
 * The same session, with another signal that ends its reads. Sessions make their signals when they are asked for, so a
 * spread would leave them out.
 */
export function withSignal(session: Session, signal: AbortSignal): Session {
  const { customer, address, deadline, endsAt, waitsFrom, tool, log } = session;
  return {
    customer,
    address,
    signal,
    deadline,
    ...(endsAt !== undefined && { endsAt }),
    ...(waitsFrom !== undefined && { waitsFrom }),
    ...(tool !== undefined && { tool }),
    log,
  };
}

/** One request to Cloudways. */
export interface ApiRequest<T> {
  /** The operation's name in the Cloudways API; also its name in logs, metrics and limits. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: ApiPath;
  query?: Fields;
  form?: Fields;
  /** The body of a write whose members are objects, which a form can't express. */
  json?: Readonly<Record<string, JsonValue>>;
  /** The schema of the answer, with just enough members to notice a wrong answer. */
  reply: z.ZodType<T> | ReplyInTurns<T>;
  /**
   * Leave secrets in the answer, and send the request once. For the tool that shows them after a person's approval, and
   * for texts and lists that are written back whole.
   */
  reveal?: boolean;
  /** Send this read once, because Cloudways calls another server for it. */
  once?: boolean;
  /** Whether an answer without a body says that it was done. */
  mayBeEmpty?: boolean;
}
