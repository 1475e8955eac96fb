import {
  type CallToolResult,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { ToolError } from "../errors.ts";
import { StoreError } from "../store/store.ts";
import { changedMeanwhile, noAnswer, storeFailed, wrongLabelTyped } from "../confirm/errors.ts";
import type { Dispatcher } from "../calls/dispatch.ts";
import type { ToolCall } from "../calls/tool_call.ts";
import { type ClientQuestion, elicitParamsOf } from "../confirm/elicitation.ts";
import { ANSWER_WAIT_MS } from "./relay.ts";

/** How often one call may ask. It asks again if its target changed while a question was open, or for a wrong label. */
const MAX_QUESTIONS = 3;

/**
 * Carries out a call of a client that is asked in the middle of it, as in the revisions before 2026-07-28. The answer
 * goes through the same checks as one that comes with a repeated call.
 */
export async function callAndAsk(
  dispatcher: Dispatcher,
  sent: ToolCall,
  server: Server,
  context: ServerContext,
): Promise<CallToolResult> {
  const call = dispatcher.innermost(sent);
  let outcome = await dispatcher.call(call);
  for (let asked = 0; outcome.kind === "question"; asked++) {
    const { question } = outcome;
    if (asked === MAX_QUESTIONS) {
      const error = question.label === "again" ? wrongLabelTyped(call.name) : changedMeanwhile(call.name);
      return await dispatcher.refuse(call, error);
    }
    const reply: unknown = await elicit(question, dispatcher, server, context).catch((error) =>
      unanswered(error, call)
    );
    if (reply instanceof ToolError) return await dispatcher.refuse(call, reply);
    outcome = await dispatcher.call({ ...call, answer: { state: question.state, reply } });
  }
  return outcome.result;
}

function elicit(question: ClientQuestion, { stopWaiting }: Dispatcher, server: Server, { mcpReq }: ServerContext) {
  const params = elicitParamsOf(question, server.getNegotiatedProtocolVersion());
  const signal = AbortSignal.any([mcpReq.signal, stopWaiting]);
  const options = { relatedRequestId: mcpReq.id, signal, timeout: ANSWER_WAIT_MS };
  return server.request({ method: "elicitation/create", params }, options);
}

/** Codes that mean that the client can't ask, whatever it declared: an invalid answer, or a missing capability. */
const CANNOT_ASK: ReadonlySet<string> = new Set([SdkErrorCode.InvalidResult, SdkErrorCode.CapabilityNotSupported]);

/**
 * Turns a failed question into the error of the call: if the client or the store failed, or if nobody answered. That is
 * neither an approval nor a decline to remember. If the client answered without asking a person, it returns undefined,
 * a reply that says nothing.
 */
function unanswered(error: unknown, { name, log }: ToolCall): ToolError | undefined {
  if (error instanceof ToolError) return error;
  if (error instanceof ProtocolError || (error instanceof SdkError && CANNOT_ASK.has(error.code))) {
    log.info("the client can't ask", { error });
    return undefined;
  }
  if (error instanceof StoreError) {
    log.warn("a question could not be asked, or its answer can't come", { error });
    return storeFailed(name, error);
  }
  log.info("no answer to a question", { error });
  return noAnswer(name);
}
