import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

/** Standard input and output, which tells when it reads no more. */
export class StdioTransport extends StdioServerTransport {
  readonly #closed = Promise.withResolvers<void>();

  /** Resolves when the input has ended, or is given up: after a line longer than 10 MiB nobody knows where one begins. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }
}
