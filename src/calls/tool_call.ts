/** A call of a tool: as it came, and as it is being carried out. */
import type { Caller } from "../identity/caller.ts";
import type { ClientSession } from "../identity/client_session.ts";
import type { Answer, ElicitationModes } from "../confirm/elicitation.ts";
import type { Logger } from "../telemetry/log.ts";
import type { ToolContext } from "../tools/define/tool.ts";
import type { CallAudit } from "./call_audit.ts";
import type { TakenBack } from "./undoing.ts";

/** One `tools/call`, whatever transport and era it came by. */
export interface ToolCall {
  name: string;
  args: Readonly<Record<string, unknown>>;
  caller: Caller;
  /** Name and version of the client, as it gives them, cleaned. */
  client: string | undefined;
  session: ClientSession | undefined;
  /** What the client can put before a person. */
  modes: ElicitationModes;
  /** What came back after this call was answered by a question. */
  answer: Answer | undefined;
  gone: Gone;
  /** The client's own place in a trace, as it sent it. */
  traceparent?: unknown;
  log: Logger;
  progress: ToolContext["progress"];
}

/** Whether the client of a call is gone. */
export interface Gone {
  /** Aborts when the client leaves or cancels. The first look at it costs more than a quick call. */
  readonly signal: AbortSignal;
}

/** A call that was found and is being carried out. A class, so that all of them have one shape. */
export class CallInHand {
  readonly name: string;
  readonly args: ToolCall["args"];
  readonly caller: Caller;
  readonly client: string | undefined;
  readonly session: ClientSession | undefined;
  readonly modes: ElicitationModes;
  readonly answer: Answer | undefined;
  readonly gone: Gone;
  readonly progress: ToolContext["progress"];
  readonly log: Logger;
  readonly audit: CallAudit;
  /** The change that it takes back, if it is one of a receipt. */
  readonly takesBack: TakenBack | undefined;

  constructor(call: ToolCall, log: Logger, audit: CallAudit, takesBack: TakenBack | undefined) {
    this.name = call.name;
    this.args = call.args;
    this.caller = call.caller;
    this.client = call.client;
    this.session = call.session;
    this.modes = call.modes;
    this.answer = call.answer;
    this.gone = call.gone;
    this.progress = call.progress;
    this.log = log;
    this.audit = audit;
    this.takesBack = takesBack;
  }
}
