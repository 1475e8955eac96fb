/** The routes of signing in, apart from MCP itself. */
import type { Clock } from "../../async/clock.ts";
import type { Box } from "../../crypto/box.ts";
import { SealedTexts } from "../../sign_in/sealed_texts.ts";
import type { Route } from "../router.ts";
import { type AuthorizeOptions, authorizeRoute } from "./authorize.ts";
import { connectionsFormSchema, connectionsRoute } from "./connections_page.ts";
import { endpointRoutes } from "./endpoints.ts";
import { metadataRoutes } from "./metadata.ts";

/** What {@linkcode signInRoutes} need. */
export interface SignInRouteOptions extends AuthorizeOptions {
  box: Box;
  clock: Clock;
}

/** All of them. */
export async function signInRoutes(options: SignInRouteOptions): Promise<Route[]> {
  const forms = new SealedTexts({ ...options, purpose: "connections_page", schema: connectionsFormSchema });
  return [
    ...metadataRoutes(options.addresses),
    ...endpointRoutes(options),
    authorizeRoute(options),
    await connectionsRoute({ ...options, forms, now: () => options.clock.now() }),
  ];
}
