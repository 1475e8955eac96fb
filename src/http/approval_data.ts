/** How pages show text that is not ours: cleaned, without secrets, cut, in quotation marks and in a box of its own. */
import { dnsName } from "../dns_name.ts";
import { safeText } from "../redaction.ts";
import type { JsonValue } from "../text.ts";
import { type Html, markup } from "./html.ts";

const MAX_ACCOUNT_TEXT = 60;

/** Arguments may be longer: a repository's address or a path says most at its end. */
const MAX_ARGUMENT = 200;

/** Text of the account, or of whoever calls. Its reading order ends with it, so that it can't rearrange what follows. */
export function data(text: string, maxLength: number = MAX_ACCOUNT_TEXT): Html {
  return markup`<bdi class="data">“${safeText(text, { maxLength })}”</bdi>`;
}

/** Text that may be a domain, or hold one as an address does; one that is not plain ASCII also as DNS knows it. */
export function domainData(text: string, maxLength: number = MAX_ACCOUNT_TEXT): Html {
  const known = dnsName(text);
  if (known === undefined) return data(text, maxLength);
  return markup`${data(text, maxLength)} <span class="note">in DNS:</span> ${data(known)}`;
}

/** The value of an argument. */
export function argumentData(value: JsonValue): Html {
  if (typeof value === "string") return domainData(value, MAX_ARGUMENT);
  if (!Array.isArray(value)) return data(JSON.stringify(value), MAX_ARGUMENT);
  if (value.length === 0) return markup`an empty list`;
  return markup`<ul>${value.map((item) => markup`<li>${argumentData(item)}</li>`)}</ul>`;
}
