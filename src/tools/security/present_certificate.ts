/** What a call about a Let's Encrypt certificate leaves out, found in the record of the present one. */
import { installedCertificates } from "../../cloudways/installed_certificates.ts";
import type { AppRecord } from "../../cloudways/models.ts";
import type { QuestionFact } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";

/** Whether a call is about a wildcard certificate: as it says, or else as the present certificate is. */
export function isWildcard(app: AppRecord, { wildcard }: { wildcard?: boolean | undefined }): boolean {
  return wildcard ?? installedCertificates(app).wildcard ?? false;
}

/** What Cloudways needs to renew a certificate. */
export interface Renewal {
  wildcard: boolean;
  email: string | undefined;
  domain: string | undefined;
}

/** What the caller says about a renewal. */
interface RenewalInput {
  wildcard?: boolean | undefined;
  email?: string | undefined;
  domain?: string | undefined;
}

/**
 * How a certificate is renewed. Contact and domain of a wildcard certificate are those of the present one, unless the
 * call names others.
 *
 * @throws {ToolError} `invalid_arguments` where Cloudways doesn't tell them.
 */
export function renewalOf(app: AppRecord, input: RenewalInput): Renewal {
  const wildcard = isWildcard(app, input);
  const { email, domain } = input;
  if (!wildcard) return { wildcard, email, domain };
  const present = installedCertificates(app);
  const bases = new Set(present.letsEncryptDomains.map((name) => name.replace(/^\*\./, "")));
  const [base, ...others] = bases;
  return {
    wildcard,
    email: email ?? present.email ?? notTold("email"),
    domain: domain ?? (others.length === 0 ? base : undefined) ?? notTold("domain"),
  };
}

/** What a renewal sends beyond what the call says, for the person who is asked. */
export function foundFacts({ email, domain }: Renewal, input: RenewalInput): QuestionFact[] {
  return [
    ...(domain !== undefined && input.domain === undefined
      ? [{ name: "Domain it is renewed for", values: [domain] }]
      : []),
    ...(email !== undefined && input.email === undefined ? [{ name: "Contact", values: [email] }] : []),
  ];
}

function notTold(argument: "email" | "domain"): never {
  const problem = "is needed for a wildcard, and Cloudways does not tell that of the present certificate";
  throw new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. Ask the user, and call again with it.",
    details: { problems: [{ argument, problem }] },
    done: "nothing",
  });
}
