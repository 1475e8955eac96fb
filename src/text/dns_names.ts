/** Host names in the form that DNS uses (punycode), so that people can tell look-alike letters apart. */
import { cleanText } from "./clean.ts";

/** The parts of an address before its host, such as `https://` or `git@`, and then the host. */
const HOST = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^/?#\s]*@)?([^/:?#\s]+)/i;

/** Only a host with such a character has a different name in DNS. */
const NOT_ASCII = /[^\0-\x7f]/;

/** The part of a text where an address has its host. The text need not be an address. */
export function hostOf(text: string): string {
  return HOST.exec(cleanText(text))?.[1] ?? "";
}

/**
 * The punycode of the domain in a text: a domain alone, an address with or without a scheme, or the form that `scp`
 * takes, `git@example.com:shop.git`. Undefined where the text has no domain, or where it is plain ASCII.
 */
export function dnsName(text: string): string | undefined {
  const host = hostOf(text);
  if (!NOT_ASCII.test(host)) return undefined;
  const name = URL.parse(`http://${host}`)?.hostname;
  return name?.includes(".") === true ? name : undefined;
}
