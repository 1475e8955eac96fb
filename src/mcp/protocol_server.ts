import { type JSONRPCRequest, ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { Result, ServerContext } from "@modelcontextprotocol/server";
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { memberOf } from "../text/member.ts";

/** What a client sees of an unexpected error. */
export function unexpectedError(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InternalError, "Something went wrong inside this service.");
}

/** Answers one request of a client. */
type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/** What {@linkcode ProtocolServer} needs besides the options of the SDK's server. */
export interface ProtocolServerOptions {
  /** Hidden in errors about parameters, which repeat their names. */
  secrets: Secrets;
  /** Called for unexpected errors; the client sees none of their text. */
  onUnexpected: (error: unknown) => void;
}

/** The SDK's server, except that the text of an unexpected error never reaches a client as -32603. */
export class ProtocolServer extends Server {
  readonly #options: ProtocolServerOptions;
  readonly #sent = new WeakMap<ServerContext, JSONRPCRequest>();

  constructor(
    info: ConstructorParameters<typeof Server>[0],
    serverOptions: ConstructorParameters<typeof Server>[1],
    options: ProtocolServerOptions,
  ) {
    super(info, serverOptions);
    this.#options = options;
  }

  /** The arguments of a call as they were sent. The SDK's parsed arguments lack a member named `__proto__`. */
  sentArguments(context: ServerContext): Record<string, unknown> {
    const sent = memberOf(memberOf(this.#sent.get(context), "params"), "arguments");
    return Object.fromEntries(Object.entries(Object(sent)));
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const wrapped = super._wrapHandler(method, (request, context) => {
      this.#sent.set(context, request);
      return handler(request, context);
    });
    return async (request, context) => {
      try {
        return await wrapped(request, context);
      } catch (error) {
        throw error instanceof ProtocolError ? error : this.#mapped(method, error);
      }
    };
  }

  /**
   * The error for the client. The parameters of a tool call are checked before its handler, so what fails later is
   * unexpected. Any other request fails only because of wrong parameters.
   */
  #mapped(method: string, error: unknown): ProtocolError {
    const { secrets, onUnexpected } = this.#options;
    if (method === "tools/call" || !(error instanceof Error)) {
      onUnexpected(error);
      return unexpectedError();
    }
    const reason = safeText(error.message, { secrets, maxLength: 500 });
    return new ProtocolError(ProtocolErrorCode.InvalidParams, `Invalid ${method} request: ${reason}`);
  }
}
