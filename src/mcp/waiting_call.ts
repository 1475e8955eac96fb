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
import { changedMeanwhile, noAnswer, storeFailed } from "../confirm/errors.ts";
import type { Dispatcher, ToolCall } from "../calls/dispatch.ts";
import { type ClientQuestion, elicitParamsOf } from "../confirm/elicitation.ts";
import { ANSWER_WAIT_MS } from "./relay.ts";

/** How often one call may ask, because what it hits has changed under the question. */
const MAX_QUESTIONS = 3;

/**
 * Carries out a call of the revisions before 2026-07-28, which ask in the middle of it. The client's answer goes
 * through the same checks as one that comes back with a new request.
 */
export async function callAndAsk(
  dispatcher: Dispatcher,
  call: ToolCall,
  server: Server,
  context: ServerContext,
): Promise<CallToolResult> {
  let outcome = await dispatcher.call(call);
  for (let asked = 0; outcome.kind === "question"; asked++) {
    if (asked === MAX_QUESTIONS) return await dispatcher.refuse(call, changedMeanwhile(call.name));
    const { question } = outcome;
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

/** The client can't ask, whatever it has declared: it answered by an error, or by what is no answer. */
const CANNOT_ASK: ReadonlySet<string> = new Set([SdkErrorCode.InvalidResult, SdkErrorCode.CapabilityNotSupported]);

/**
 * The client or the store failed, or nobody was there: that is no yes, and no no that is to be remembered. Where the
 * client answered, but nobody was asked, that is a reply which says nothing.
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
