import * as z from "zod";
import { cleanText } from "../text/clean.ts";
import { isRedirect } from "./redirects.ts";

/** Most characters of a client's name. */
const MAX_NAME = 80;

/** Most redirect URIs of a client. */
const MAX_REDIRECTS = 12;

/** What an OAuth client says of itself. Nobody has checked it. */
export interface OAuthClient {
  name: string;
  redirects: readonly string[];
}

/** A client that the operator names in the configuration. */
export interface PinnedClient extends OAuthClient {
  id: string;
}

/** The name of a client as people see it. */
export function clientName(text: string | undefined): string {
  const name = cleanText((text ?? "").slice(0, 1_000), { maxLength: MAX_NAME });
  return name === "" ? "A client without a name" : name;
}

/** Redirect URIs as registration requests and the configuration have them. */
export const redirectsSchema = z.array(z.string().refine(isRedirect)).min(1).max(MAX_REDIRECTS);
