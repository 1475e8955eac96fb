/**
 * Checks of addresses, names and branches before anything is sent. They are refinements, so the schemas that a model
 * reads stay short.
 */
import * as z from "zod";
import { formatRange, parseRange } from "../../cloudways/address_ranges.ts";
import { hasPublicHost, isGitUrl } from "../../cloudways/git_hosts.ts";

/** At least two labels, the last of which is not a number. Punycode passes, an IP address does not. */
const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;
const EMAIL_USER = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
/** What Git refuses in the name of a branch, and a leading dash. */
const NO_BRANCH = /^[-/.]|\.\.|\/\/|\/\.|@\{|[\s\p{Cc}~^:?*[\\]|[/.]$|\.lock(?:\/|$)|^@$/u;
const DEPLOY_PATH = /^(?:[\w-][\w. -]*(?:\/[\w-][\w. -]*)*\/?)?$/;

/** Whether a text is a domain's name, without a wildcard. */
function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}

/** Whether a text is an e-mail address. */
function isEmail(text: string): boolean {
  const [user = "", host = "", ...rest] = text.split("@");
  return rest.length === 0 && EMAIL_USER.test(user) && isDomain(host);
}

/** The unspecified addresses, which mean every address of a machine. */
const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Whether a text is the address of one machine: neither a range nor an unspecified address. */
function isMachine(text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && !text.includes("/") && !UNSPECIFIED.has(formatRange(range));
}

/** Whether Git accepts a text as the name of a branch. */
function isBranch(text: string): boolean {
  return text !== "" && !NO_BRANCH.test(text);
}

/** Whether a text is a folder below the web root, or empty for the web root itself. */
function isDeployPath(text: string): boolean {
  return DEPLOY_PATH.test(text);
}

const line = (max: number) => z.string().max(max);

/** One spelling of an address, because other programs may know fewer spellings. */
function oneSpelling(text: string): string {
  const range = parseRange(text);
  return range === undefined ? text : formatRange(range);
}

/** One IPv4 or IPv6 address; the output is its shortest spelling. */
export const ipAddress = line(45).refine(isMachine, "must be one IPv4 or IPv6 address, such as 203.0.113.7")
  .overwrite(oneSpelling);

/** An address or a range; the output is its canonical spelling. */
export const ipRange = line(49).refine(
  (text) => parseRange(text) !== undefined,
  "must be an IPv4 or IPv6 address or CIDR range, such as 203.0.113.7 or 198.51.100.0/24",
).overwrite(oneSpelling);

const lowerCase = line(253).toLowerCase();
const notADomain = "must be a domain without scheme, port or path, such as shop.example.com (xn-- for other letters)";

/** A domain name; the output is in lower case. */
export const domainName = lowerCase.refine(isDomain, notADomain);

/** A domain's name, or all names of one level below one: `*.example.com`; comes out in lower case. */
export const aliasName = lowerCase.refine((text) => isDomain(text.replace(/^\*\./, "")), notADomain);

/** A domain of a certificate. A wildcard is requested by a separate flag. */
export const certificateDomain = lowerCase.refine((text) => !text.startsWith("*"), {
  error: "must have no star: for *.example.com give example.com alone, and wildcard: true",
  abort: true,
}).refine(isDomain, notADomain);

/** An e-mail address. */
export const emailAddress = line(254).refine(isEmail, "must be an e-mail address, such as owner@example.com");

/** The SSH address of a Git repository; the deploy key works only with SSH. */
export const gitUrl = line(500)
  .refine(isGitUrl, { error: "must be an SSH address, such as git@git.example.com:team/shop.git", abort: true })
  .refine(hasPublicHost, "must name a host on the public internet, by its full name or its address");

/** A branch's name. */
export const gitBranch = line(250).refine(isBranch, "must be the name of a branch, such as main");

/** A folder below public_html; empty for public_html itself. */
export const deployPath = line(250).refine(
  isDeployPath,
  "must be a folder below public_html without a leading slash, such as wp-content/themes/shop, or empty",
);

/** A name of the time zone database. Offsets such as `+02:00` are none, though the platform would know them. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
