import { isJSONRPCErrorResponse, type JSONRPCMessage } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { hideSecrets, hideSecretsInText } from "../redaction.ts";
import { cleanDeep, cleanText } from "../text.ts";

/** Standard input and output, in whose errors no credential stands, and which tells when it reads no more. */
export class StdioTransport extends StdioServerTransport {
  readonly #secrets: readonly string[];
  readonly #closed = Promise.withResolvers<void>();

  /** @param secrets Taken out of errors, which repeat what was wrong with a message. */
  constructor(secrets: readonly string[]) {
    super();
    this.#secrets = secrets;
  }

  /** Resolves when the input has ended, or is given up: after a line longer than 10 MiB nobody knows where one begins. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(isJSONRPCErrorResponse(message) ? { ...message, error: this.#shown(message.error) } : message);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }

  #shown({ code, message, data }: { code: number; message: string; data?: unknown }) {
    return {
      code,
      message: hideSecretsInText(cleanText(message), this.#secrets),
      ...(data !== undefined && { data: hideSecrets(cleanDeep(data), this.#secrets) }),
    };
  }
}
