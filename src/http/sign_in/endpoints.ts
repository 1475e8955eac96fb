/** The endpoints that OAuth clients call: registration, tokens, revocation. */
import * as z from "zod";
import { clientName, redirectsSchema } from "../../identity/oauth_client.ts";
import { OAuthProblem } from "../../sign_in/oauth_error.ts";
import type { IssuedTokens } from "../../sign_in/grants.ts";
import type { SignIn } from "../../sign_in/sign_in.ts";
import type { BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";
import { CONNECT, type SignInAddresses } from "./addresses.ts";
import { oauthAnswer, readFields, readJsonBody } from "./answers.ts";

/** What {@linkcode endpointRoutes} need. */
export interface EndpointOptions {
  signIn: SignIn;
  addresses: SignInAddresses;
  bodies: BodyReader;
}

type Handler = (request: Request, info: RequestInfo, options: EndpointOptions) => Promise<Response>;

/** The routes of the endpoints. */
export function endpointRoutes(options: EndpointOptions): Route[] {
  const route = (name: string, handler: Handler): Route => ({
    path: `${CONNECT}/${name}`,
    methods: ["POST"],
    allowsCors: true,
    noStore: true,
    handle: (request, info) => oauthAnswer(info, () => handler(request, info, options)),
  });
  return [route("register", register), route("token", token), route("revoke", revoke)];
}

const registrationSchema = z.looseObject({
  redirect_uris: redirectsSchema,
  client_name: z.string().optional(),
});

/** Registers a client (RFC 7591). Nothing is stored: the id holds the record. */
async function register(request: Request, info: RequestInfo, { signIn, bodies }: EndpointOptions): Promise<Response> {
  const { success, data, error } = registrationSchema.safeParse(await readJsonBody(request, bodies, info));
  if (!success) {
    throw error.issues.some(({ path }) => path[0] === "redirect_uris")
      ? new OAuthProblem(
        "invalid_redirect_uri",
        "Each redirect_uri must be https, http on loopback, or a private-use scheme such as com.example.app:/path.",
      )
      : new OAuthProblem("invalid_client_metadata", "This is not a client's metadata.");
  }
  const name = clientName(data.client_name);
  const id = await signIn.clientIds.issue({ name, redirects: data.redirect_uris });
  if (id === undefined) throw new OAuthProblem("invalid_client_metadata", "There are too many redirect URIs.");
  const registered = {
    client_id: id,
    client_name: name,
    redirect_uris: data.redirect_uris,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  return Response.json(registered, { status: 201 });
}

async function token(request: Request, info: RequestInfo, options: EndpointOptions): Promise<Response> {
  const { signIn: { grants }, addresses, bodies } = options;
  const fields = await readFields(request, bodies, info);
  const client = await knownClient(fields, options);
  const named = fields.get("resource");
  const resource = named === undefined ? undefined : addresses.resourceOf(named)?.url;
  if (named !== undefined && resource === undefined) {
    throw new OAuthProblem("invalid_target", "resource is not an address of this server.");
  }
  switch (fields.get("grant_type")) {
    case "authorization_code":
      return tokenAnswer(
        await grants.redeem({
          code: needed(fields, "code"),
          redirect: needed(fields, "redirect_uri"),
          verifier: needed(fields, "code_verifier"),
          client,
          resource,
        }, info.requestId),
      );
    case "refresh_token":
      return tokenAnswer(
        await grants.refresh({ refreshToken: needed(fields, "refresh_token"), client, resource }, info),
      );
    default:
      throw new OAuthProblem("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.");
  }
}

/** Ends the connection of a token (RFC 7009). The answer is the same for a token that is not known. */
async function revoke(request: Request, info: RequestInfo, options: EndpointOptions): Promise<Response> {
  const fields = await readFields(request, options.bodies, info);
  const client = await knownClient(fields, options);
  await options.signIn.grants.revoke(needed(fields, "token"), client, info.requestId);
  return new Response(null, { status: 200 });
}

async function knownClient(fields: ReadonlyMap<string, string>, { signIn }: EndpointOptions): Promise<string> {
  const id = needed(fields, "client_id");
  if (await signIn.clientIds.read(id) !== undefined) return id;
  throw new OAuthProblem("invalid_client", "This client_id is not known. Register again.");
}

function needed(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name) ?? "";
  if (value === "") throw new OAuthProblem("invalid_request", `${name} is missing.`);
  return value;
}

function tokenAnswer({ accessToken, refreshToken, expiresIn, scope }: IssuedTokens): Response {
  return Response.json({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: expiresIn,
    refresh_token: refreshToken,
    scope,
  }, { headers: { pragma: "no-cache" } });
}
