import * as z from "zod";
import { matchesRedirect } from "../identity/redirects.ts";
import type { ClientIds } from "./client_ids.ts";
import { SCOPES } from "./connection_bounds.ts";
import type { OAuthErrorCode } from "./oauth_error.ts";

/** A client's request to be let in. */
export const authorizationSchema = z.object({
  clientId: z.string(),
  /** As the client names itself, or as the operator names it. */
  clientName: z.string(),
  /** The operator named it in the configuration. */
  isPinned: z.boolean(),
  redirect: z.string(),
  /** Goes back to the client unchanged. */
  state: z.string().exactOptional(),
  /** The challenge of PKCE, S256. */
  challenge: z.string(),
  /** The URL at which the tokens are to be used. */
  resource: z.string(),
  /** Neither the address nor the client's scopes allow changes. */
  readOnly: z.boolean(),
});

/** A client's request to be let in. */
export type Authorization = z.output<typeof authorizationSchema>;

/** An address at which tokens can be used. */
export interface Resource {
  url: string;
  /** It allows no changes. */
  readOnly: boolean;
}

/**
 * A request that was read. `stranger`: it may not even be answered, since it names no known client with this redirect.
 * `refused`: the client made a mistake, and may be told.
 */
export type ReadAuthorization =
  | { kind: "asked"; asked: Authorization }
  | { kind: "stranger"; why: "client" | "redirect" }
  | { kind: "refused"; code: OAuthErrorCode; why: string; redirect: string; state: string | undefined };

const MAX_STATE = 2_000;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the parameters of an authorization request.
 *
 * @param resourceOf The address of ours that a `resource` names, or the usual one if it is undefined.
 */
export async function readAuthorization(
  parameters: URLSearchParams,
  clientIds: ClientIds,
  resourceOf: (resource: string | undefined) => Resource | undefined,
): Promise<ReadAuthorization> {
  const client = await clientIds.read(parameters.get("client_id") ?? "");
  const redirect = parameters.get("redirect_uri") ?? "";
  if (client === undefined || comesTwice(parameters, "client_id")) return { kind: "stranger", why: "client" };
  const isKnown = client.redirects.some((known) => matchesRedirect(known, redirect));
  if (!isKnown || comesTwice(parameters, "redirect_uri")) return { kind: "stranger", why: "redirect" };
  const state = parameters.get("state") ?? undefined;
  const refused = (code: OAuthErrorCode, why: string) => ({ kind: "refused", code, why, redirect, state } as const);
  if ((state?.length ?? 0) > MAX_STATE) return { ...refused("invalid_request", "state is too long"), state: undefined };
  const twice = NAMES.find((name) => comesTwice(parameters, name));
  if (twice !== undefined) return refused("invalid_request", `${twice} comes twice`);
  if (parameters.get("response_type") !== "code") {
    return refused("unsupported_response_type", "response_type must be code");
  }
  const challenge = parameters.get("code_challenge") ?? "";
  if (!CHALLENGE.test(challenge) || parameters.get("code_challenge_method") !== "S256") {
    return refused("invalid_request", "PKCE with code_challenge_method S256 is required");
  }
  const target = resourceOf(parameters.get("resource") ?? undefined);
  if (target === undefined) return refused("invalid_target", "resource is not an address of this server");
  const asked = {
    clientId: client.id,
    clientName: client.name,
    isPinned: client.isPinned,
    redirect,
    ...(state !== undefined && { state }),
    challenge,
    resource: target.url,
    readOnly: target.readOnly || asksOnlyToRead(parameters.get("scope") ?? ""),
  };
  return { kind: "asked", asked };
}

const NAMES = ["state", "response_type", "code_challenge", "code_challenge_method", "resource", "scope"] as const;

function comesTwice(parameters: URLSearchParams, name: string): boolean {
  return parameters.getAll(name).length > 1;
}

/** Scopes of others don't matter: clients add some that they always ask for. */
function asksOnlyToRead(scope: string): boolean {
  const scopes = new Set(scope.split(" "));
  return scopes.has(SCOPES.read) && !scopes.has(SCOPES.write);
}
