import assert from "node:assert/strict";
import {
  Client,
  type OAuthClientProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { UnauthorizedError as LegacyUnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { toAnswer } from "../support/clients.ts";
import type { Service } from "../support/harness.ts";
import { consent, REDIRECT, startSignIn } from "../support/sign_in.ts";

/** What a client keeps between the steps of signing in. */
class Keeper implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = { client_name: "Official client", redirect_uris: [REDIRECT] };
  readonly opened: URL[] = [];
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = "";

  state(): string {
    return "state-of-the-client";
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.opened.push(url);
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }
}

/** Both official clients, each with its own OAuth code. */
const CLIENTS = {
  "the 2026 client": async (service: Service, path: string) => {
    const keeper = new Keeper();
    const open = () => ({
      client: new Client({ name: "official", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
      transport: new StreamableHTTPClientTransport(new URL(service.url + path), { authProvider: keeper }),
    });
    const first = open();
    await assert.rejects(first.client.connect(first.transport), UnauthorizedError);
    return {
      keeper,
      finish: (back: URL) => first.transport.finishAuth(back.searchParams),
      connect: async () => {
        const { client, transport } = open();
        await client.connect(transport);
        return {
          call: async (name: string) => toAnswer(await client.callTool({ name, arguments: {} })),
          close: () => client.close(),
        };
      },
    };
  },
  "the 2025 client": async (service: Service, path: string) => {
    const keeper = new Keeper();
    const open = () => ({
      client: new LegacyClient({ name: "official", version: "1" }),
      transport: new LegacyTransport(new URL(service.url + path), { authProvider: keeper }),
    });
    const first = open();
    await assert.rejects(Reflect.apply(first.client.connect, first.client, [first.transport]), LegacyUnauthorizedError);
    return {
      keeper,
      finish: (back: URL) => first.transport.finishAuth(back.searchParams.get("code") ?? ""),
      connect: async () => {
        const { client, transport } = open();
        await Reflect.apply(client.connect, client, [transport]);
        return {
          call: async (name: string) => toAnswer(await client.callTool({ name, arguments: {} })),
          close: () => client.close(),
        };
      },
    };
  },
} as const;

for (const [name, begin] of Object.entries(CLIENTS)) {
  for (const path of ["/connect/mcp", "/connect/mcp/readonly", "/connect/mcp/x/basic,apps"]) {
    Deno.test(`${name} signs in at ${path} with its own OAuth code and calls a tool`, async () => {
      await using service = await startSignIn();

      const { keeper, finish, connect } = await begin(service, path);
      const back = await consent(service, keeper.opened[0] ?? "");
      await finish(back);
      const client = await connect();
      const answer = await client.call("list_servers");
      await client.close();

      assert.equal(keeper.opened.length, 1);
      assert.equal(keeper.opened[0]?.searchParams.get("resource"), service.url + path);
      assert.equal(answer.isError, false);
      assert.ok(Array.isArray(answer.json.servers) && answer.json.servers.length > 0);
    });
  }
}
