/** Names of hosts as DNS knows them, for people: many letters look alike. */
import { cleanText } from "./clean.ts";

/** What stands before a host in an address, `https://` or `git@` say, and the host after it. */
const HOST = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^/?#\s]*@)?([^/:?#\s]+)/i;

/** Only a host with one of these has another name in DNS. */
const NOT_ASCII = /[^\0-\x7f]/;

/** What stands where a host would, in a text that may be an address; it need not be one. */
export function hostOf(text: string): string {
  return HOST.exec(cleanText(text))?.[1] ?? "";
}

/**
 * The punycode of the domain that a text begins with: of a domain alone, an address with or without a scheme, or the
 * form that `scp` takes, `git@example.com:shop.git`. Undefined where there is none, or where its name is plain ASCII.
 */
export function dnsName(text: string): string | undefined {
  const host = hostOf(text);
  if (!NOT_ASCII.test(host)) return undefined;
  const name = URL.parse(`http://${host}`)?.hostname;
  return name?.includes(".") === true ? name : undefined;
}
