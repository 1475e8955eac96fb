/** The user's own certificate on an application. */
import * as z from "zod";
import { CertificateError, type CertificateFacts, coverage } from "../../cloudways/certificates.ts";
import { mayHaveCertificate } from "../../cloudways/installed_certificates.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { certificatesNow } from "../define/certificate_facts.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { startedOutput, texts } from "../define/outputs.ts";
import { appFacts, count, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { replaceCertificateQuestion } from "./certificate_questions.ts";
import { startedOnApp } from "./replies.ts";

interface CertificateInput {
  certificate: string;
  private_key: string;
  password?: string | undefined;
}

/** @throws {ToolError} `invalid_arguments`, with the name of the argument and nothing of its content. */
async function checkFiles(
  { certificate, private_key, password }: CertificateInput,
  { account, clock }: ToolContext,
): Promise<CertificateFacts> {
  try {
    return await account.checkCertificate({ certificate, privateKey: private_key, password }, clock.now());
  } catch (error) {
    throw error instanceof CertificateError ? refusedFile(error.argument, error.message) : error;
  }
}

function refusedFile(argument: string, problem: string, more: Record<string, unknown> = {}): ToolError {
  return new ToolError("invalid_arguments", `The certificate can't be installed. ${argument}: ${problem}.`, {
    hint: "Nothing was sent. Ask the user for the right files.",
    details: { problems: [{ argument, problem }], ...more },
  });
}

/** The domains of the application that the certificate covers. */
function checkDomains({ app }: FoundApp, { domains }: CertificateFacts): { covered: string[]; uncovered: string[] } {
  const { covered, uncovered } = coverage(app, domains);
  if (covered.length === 0) {
    throw refusedFile("certificate", "is for none of the application's domains", {
      certificate_domains: domains,
      application_domains: uncovered,
    });
  }
  return { covered, uncovered };
}

/** Certificates are long and unreadable. A person sees their domains, dates and fingerprints instead. */
const pemText = declare({ form: "lines", shownBy: "fingerprint" });
const pemSecret = declare({ form: "lines", secret: true });
/** May begin or end with a space. */
const passphrase = declare({ form: "spaced", secret: true });

const installSslCertificate = defineAskingTool({
  name: "install_ssl_certificate",
  title: "Install an own certificate",
  toolset: "security",
  effect: "destructive",
  undo: { none: "the private key of the former certificate can't be read" },
  description:
    "Installs the user's own certificate, after checking dates, domains and key. Replaces the present one, " +
    "and then asks first. For a free one use install_letsencrypt.",
  input: () =>
    z.strictObject({
      ...appInput,
      certificate: z.string().max(100_000).meta(pemText).describe("PEM: the site's certificate, then its issuers'."),
      private_key: z.string().max(30_000).meta(pemSecret).describe("PEM. Goes to Cloudways and nowhere else."),
      password: z.string().max(1000).meta(passphrase).optional().describe("Of an encrypted key."),
      ...waitInput,
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      certificate: z.looseObject({}),
      domains_covered: texts,
      domains_not_covered: texts,
      warnings: texts,
    }),
  facts: async (input, context) => {
    // Checked here, so that nobody is asked about a call that is refused afterwards.
    const certificate = await checkFiles(input, context);
    const found = await appFacts(input, context);
    return { ...found, certificate, ...checkDomains(found, certificate) };
  },
  question: (facts) => mayHaveCertificate(facts.app) ? replaceCertificateQuestion(facts) : undefined,
  handler: async (input, { account, progress }, found) => {
    const { certificate: certificateFacts, covered, uncovered } = found;
    const { certificate: ssl_crt, private_key: ssl_key, password } = input;
    const started = await account.start({
      operation: "security_install_own_ssl",
      method: "POST",
      path: path`/security/ownSSL`,
      otherPath: path`/security/own_ssl`,
      form: { ...idsOf(found), ssl_crt, ssl_key, ...(password !== undefined && { password }) },
    }, waitOptions(input.wait_seconds, progress));
    const missing = count(uncovered.length, "domain");
    const warnings = uncovered.length === 0 ? [] : [`The certificate is not for ${missing} of the application.`];
    const domains = { domains_covered: covered, domains_not_covered: uncovered };
    return { ...namesOf(found), ...started, certificate: { ...certificateFacts }, ...domains, warnings };
  },
});

const removeSslCertificate = defineAskingTool({
  name: "remove_ssl_certificate",
  title: "Remove the own certificate",
  toolset: "security",
  effect: "destructive",
  undo: { none: "the private key of the certificate can't be read" },
  description: "Removes the own certificate of an application; HTTPS breaks until there is another. Not for Let's " +
    "Encrypt: that is revoke_letsencrypt. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: startedOnApp,
  facts: appFacts,
  question: (facts) => ({
    headline: `Remove the own certificate of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "HTTPS breaks at once: visitors see warnings until there is another certificate.",
      "It can be undone only by installing the certificate and its private key again.",
    ],
    ...certificatesNow(facts),
  }),
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "security_remove_own_ssl",
      method: "DELETE",
      path: path`/security/removeCustomSSL`,
    }),
});

/** The tools of this file. */
export const certificatesTools: readonly Tool[] = [installSslCertificate, removeSslCertificate];
