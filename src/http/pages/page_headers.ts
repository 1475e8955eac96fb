import { inlineHash } from "../html.ts";
import { PAGE_STYLE } from "./style.ts";

/**
 * The headers of every page for people.
 *
 * @param formTargets Where its forms may lead besides this server, as sources of a content security policy.
 */
export async function pageHeaders(formTargets: readonly string[] = []): Promise<Record<string, string>> {
  const style = await inlineHash(PAGE_STYLE);
  const forms = ["'self'", ...formTargets].join(" ");
  return {
    "content-security-policy":
      `default-src 'none'; style-src ${style}; form-action ${forms}; frame-ancestors 'none'; base-uri 'none'`,
    // Not `no-referrer`: with that, browsers send `Origin: null` with the form.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nosnippet",
  };
}
