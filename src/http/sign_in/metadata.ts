/** The documents by which OAuth clients find out how to sign in. */
import { buildOAuthProtectedResourceMetadata, type OAuthMetadata } from "@modelcontextprotocol/server";
import { SCOPES } from "../../sign_in/connection_bounds.ts";
import type { Resource } from "../../sign_in/authorization.ts";
import { SERVER_NAME } from "../../version.ts";
import type { Route } from "../router.ts";
import { CONNECT, type SignInAddresses } from "./addresses.ts";

const RESOURCE = "/.well-known/oauth-protected-resource";
const SERVER = "/.well-known/oauth-authorization-server";

/**
 * The routes of the documents. The document of each address names exactly that address. Where well-known addresses begin
 * with the host, clients put the path behind them; some append them to the path instead.
 */
export function metadataRoutes(addresses: SignInAddresses): Route[] {
  const common = { methods: ["GET"], allowsCors: true } as const;
  const server = serverMetadata(addresses);
  const serverPaths = new Set([
    SERVER + CONNECT,
    SERVER + addresses.basePath + CONNECT,
    CONNECT + SERVER,
  ]);
  const resourceOf = (pathname: string) => {
    const path = resourcePath(pathname, addresses.basePath);
    return path === undefined ? undefined : addresses.resourceAt(path);
  };
  return [
    {
      ...common,
      path: `${RESOURCE}${CONNECT}/mcp`,
      matches: (pathname) => resourceOf(pathname) !== undefined,
      handle: ({ url }) => {
        const resource = resourceOf(new URL(url).pathname);
        if (resource === undefined) throw new Error("This path did not match.");
        return Response.json(resourceMetadata(addresses, resource, server));
      },
    },
    {
      ...common,
      path: SERVER + CONNECT,
      matches: (pathname) => serverPaths.has(pathname),
      handle: () => Response.json(server),
    },
  ];
}

/** The path of the resource that the path of a document is about. */
function resourcePath(pathname: string, basePath: string): string | undefined {
  if (pathname.endsWith(RESOURCE)) return pathname.slice(0, -RESOURCE.length);
  if (!pathname.startsWith(RESOURCE)) return undefined;
  const path = pathname.slice(RESOURCE.length);
  return basePath !== "" && path.startsWith(basePath) ? path.slice(basePath.length) : path;
}

function resourceMetadata(addresses: SignInAddresses, { url, readOnly }: Resource, oauthMetadata: OAuthMetadata) {
  return {
    ...buildOAuthProtectedResourceMetadata({
      oauthMetadata,
      resourceServerUrl: new URL(url),
      scopesSupported: readOnly ? [SCOPES.read] : Object.values(SCOPES),
      resourceName: SERVER_NAME,
      // The configuration allows http on loopback only.
      dangerouslyAllowInsecureIssuerUrl: true,
    }),
    resource: url,
    authorization_servers: [addresses.issuer],
    bearer_methods_supported: ["header"],
  };
}

function serverMetadata(addresses: SignInAddresses): OAuthMetadata {
  return {
    issuer: addresses.issuer,
    authorization_endpoint: addresses.endpoint("authorize"),
    token_endpoint: addresses.endpoint("token"),
    registration_endpoint: addresses.endpoint("register"),
    revocation_endpoint: addresses.endpoint("revoke"),
    scopes_supported: Object.values(SCOPES),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}
