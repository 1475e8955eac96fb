import { bearerAuthChallengeResponse, OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import { narrow } from "../../identity/bounds.ts";
import { narrowToConnection, SCOPES } from "../../sign_in/connection_bounds.ts";
import type { Resource } from "../../sign_in/authorization.ts";
import type { SignedIn, SignIn } from "../../sign_in/sign_in.ts";
import { StoreError } from "../../store/store.ts";
import { readAddress } from "../mcp_address.ts";
import { unavailable } from "../mcp_body.ts";
import { type DoorParts, type Guest, guestOf, type McpDoor } from "../mcp_door.ts";
import type { RequestInfo } from "../handled_request.ts";
import { CONNECT, type SignInAddresses } from "./addresses.ts";

/** What {@linkcode TokenDoor} needs. */
export interface TokenDoorOptions extends DoorParts {
  signIn: SignIn;
  addresses: SignInAddresses;
}

const MAX_TOKEN = 16_000;

/** The door for clients that signed in. It reads no credential but the access token. */
export class TokenDoor implements McpDoor {
  readonly #options: TokenDoorOptions;

  constructor(options: TokenDoorOptions) {
    this.#options = options;
  }

  async open({ headers }: Request, info: RequestInfo): Promise<Guest | Response> {
    const { signIn, addresses } = this.#options;
    const { pathname } = info;
    const resource = addresses.resourceAt(pathname) ?? addresses.resourceOf(undefined);
    if (resource === undefined) throw new Error("There is always a resource.");
    const token = bearerOf(headers);
    if (token === undefined) return this.#challenge(resource);
    try {
      const signedIn = await signIn.admit(token, resource.url, info);
      return signedIn === undefined ? this.#refuse(resource) : this.#guest(headers, signedIn, pathname, token);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      info.log.debug("store failed", { error });
      return unavailable("A part of this service does not answer.");
    }
  }

  #guest(headers: Headers, { customer, token, connection }: SignedIn, pathname: string, sent: string): Guest {
    const { bounds } = this.#options;
    const endsAt = connection.endsAt === null ? null : new Date(connection.endsAt).toISOString();
    return guestOf(headers, {
      identity: { kind: "customer", ...customer },
      boundsOf: () => narrow(narrowToConnection(bounds, token.bounds), readAddress(pathname.slice(CONNECT.length))),
      alsoSent: [sent],
      boundTo: connection.id,
      connection: {
        id: connection.id,
        client: connection.client,
        endsAt,
        servers: token.bounds.servers,
        passphrase: token.passphrase,
      },
    }, this.#options);
  }

  /** Tells a client without a token where to sign in. This is no error of the client, so it names none (RFC 6750). */
  #challenge(resource: Resource): Response {
    const challenge = `Bearer resource_metadata="${this.#options.addresses.metadataOf(resource)}", scope="${
      scopesOf(resource).join(" ")
    }"`;
    const body = { error: "unauthorized", error_description: "Sign in first; the client finds out how." };
    return Response.json(body, { status: 401, headers: { "www-authenticate": challenge } });
  }

  #refuse(resource: Resource): Response {
    const error = new OAuthError(OAuthErrorCode.InvalidToken, "The access token is not valid here, or has ended");
    return bearerAuthChallengeResponse(error, {
      requiredScopes: scopesOf(resource),
      resourceMetadataUrl: this.#options.addresses.metadataOf(resource),
    });
  }
}

function scopesOf({ readOnly }: Resource): string[] {
  return readOnly ? [SCOPES.read] : Object.values(SCOPES);
}

function bearerOf(headers: Headers): string | undefined {
  const token = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return token !== undefined && token.length <= MAX_TOKEN ? token : undefined;
}
