/** On whose behalf requests are made, and what a request is. */
import type { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Fields } from "./http.ts";
import type { ApiPath } from "./path.ts";

/** On whose behalf a request is made, and until when. */
export interface Session {
  customer: Customer;
  /** The connection's address; bounds wrong credentials. */
  address: string;
  /** Ends reads and waiting: the deadline, or the client is gone. */
  signal: AbortSignal;
  /** Ends writes: the deadline alone, because a write that has left can't be taken back. */
  deadline: AbortSignal;
  /** When the deadline is, in milliseconds since the Unix epoch, so that nothing is begun that can't end in time. */
  endsAt?: number;
  /** When the call came, in milliseconds since the Unix epoch: waiting counts from there. Defaults to now. */
  waitsFrom?: number;
  /** Logs under the caller's request id, and hides the caller's credentials. */
  log: Logger;
}

/** One request to Cloudways. */
export interface ApiRequest<T> {
  /** The operation's name in the facts; names it in logs, metrics and limits. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: ApiPath;
  query?: Fields;
  form?: Fields;
  /** Just enough of the expected answer to notice a wrong one. */
  reply: z.ZodType<T>;
  /** Leave secrets in the answer, and send it once. For the one tool that shows them, after a person's yes. */
  reveal?: boolean;
  /** Send it once, although it reads: where Cloudways calls another server for it. */
  once?: boolean;
}
