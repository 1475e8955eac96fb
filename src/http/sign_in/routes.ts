/** The routes of signing in, apart from MCP itself. */
import type { Route } from "../router.ts";
import { type AuthorizeOptions, authorizeRoute } from "./authorize.ts";
import { endpointRoutes } from "./endpoints.ts";
import { metadataRoutes } from "./metadata.ts";

/** What {@linkcode signInRoutes} need. */
export type SignInRouteOptions = AuthorizeOptions;

/** All of them. */
export function signInRoutes(options: SignInRouteOptions): Route[] {
  return [...metadataRoutes(options.addresses), ...endpointRoutes(options), authorizeRoute(options)];
}
