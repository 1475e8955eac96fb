/** Parts of pages that show data: what a call is about, and who makes it. */
import { machineOf, type QuestionApp, type QuestionSubject } from "../../confirm/question.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import { type Html, markup } from "../html.ts";
import { data, valueData } from "./data.ts";
import { plural } from "./layout.ts";

/** What a call is about. */
export function subjectSections(subject: QuestionSubject, losesData: boolean): Html {
  if (subject.kind === "account") {
    return markup`<section><h2>Concerns</h2><p>The account itself, no single server.</p></section>`;
  }
  if (subject.kind === "domain") {
    return markup`<section><h2>Domain</h2><p>${valueData(subject.domain)}</p></section>`;
  }
  const { server, apps } = machineOf(subject);
  return markup`<section><h2>Server</h2>
<h3>${server.id} ${data(server.label)}</h3>
<p><span class="note">IP address:</span> ${data(server.ip)}</p>
</section>
${
    apps === null
      ? markup`<section><h2>Applications</h2><p>Cloudways does not tell.</p></section>`
      : applications(apps, losesData)
  }`;
}

function applications(apps: readonly QuestionApp[], losesData: boolean): Html {
  return markup`<section><h2>${apps.length} ${plural(apps.length, "application", "applications")}</h2>
${
    apps.length === 0
      ? markup`<p>None is hit.</p>`
      : markup`<ul class="plain apps">${apps.map((app) => application(app, losesData))}</ul>`
  }
</section>`;
}

function application({ id, label, domains, lastBackup }: QuestionApp, losesData: boolean): Html {
  const known = lastBackup === null ? "not looked up" : data(lastBackup);
  const backup = losesData ? markup`<p><span class="note">Last backup:</span> ${known}</p>` : undefined;
  const names = markup`<ul class="plain">${domains.map((domain) => markup`<li>${valueData(domain)}</li>`)}</ul>`;
  return markup`<li><h3>${id} ${data(label)}</h3>
${domains.length === 0 ? markup`<p class="note">No domain</p>` : names}
${backup}</li>
`;
}

/** Who makes a call, as far as a page knows. */
export interface Asker {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Shortened. */
  email?: string;
  /** As the client names itself. */
  client?: string;
}

/** Who makes a call. */
export function asker({ customer, email, client }: Asker): Html {
  return markup`<section><h2>Who asks</h2><dl>
<dt>Account</dt><dd>${shortCustomerId(customer)}</dd>
<dt>E-mail</dt><dd>${email === undefined ? "not known" : data(email)}</dd>
<dt>Client</dt><dd>${client === undefined ? "not known" : clientName(client)}</dd>
</dl></section>
`;
}

/** A client, under the name that it gives. */
export function clientName(name: string): Html {
  return markup`${data(name)} <span class="note">as it calls itself</span>`;
}
