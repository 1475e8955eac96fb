/** Parts of pages that show data: what a call is about, and who makes it. */
import { machineOf, type QuestionApp, type QuestionSubject } from "../../confirm/question.ts";
import { readBoundServers } from "../../identity/bounds.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import { type Html, markup } from "../html.ts";
import { data, valueData } from "./data.ts";
import { dayAndTime, plural } from "./layout.ts";

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
  /** What the caller is bound to besides the customer; see `Caller.boundTo`. */
  boundTo?: string;
  /** The connection that it signed in with. */
  connection?: string;
  /** The program of that connection, as it registered itself. */
  connectionClient?: string;
  /** When that connection ends; ISO 8601, null for no end. */
  connectionEndsAt?: string | null;
}

/** Who makes a call. */
export function asker({ customer, email, client, ...bound }: Asker): Html {
  return markup`<section><h2>Who asks</h2><dl>
<dt>Account</dt><dd>${shortCustomerId(customer)}</dd>
<dt>E-mail</dt><dd>${email === undefined ? "not known" : data(email)}</dd>
<dt>Client</dt><dd>${client === undefined ? "not known" : clientName(client)}</dd>
${boundRows(bound)}</dl></section>
`;
}

/** What the caller may do at most, and for how long. Nothing for credentials that reach the whole account. */
function boundRows(
  { boundTo = "", connection, connectionClient, connectionEndsAt }: Pick<Asker, BoundName>,
): Html | undefined {
  const servers = readBoundServers(boundTo);
  if (connection === undefined && servers === undefined) return undefined;
  const end = connection === undefined || connectionEndsAt === undefined
    ? undefined
    : markup`<dt>Connected until</dt><dd>${
      connectionEnd(connectionEndsAt === null ? null : Date.parse(connectionEndsAt))
    }</dd>
`;
  const program = connectionClient === undefined
    ? undefined
    : markup`<dt>Connected as</dt><dd>${clientName(connectionClient)}</dd>
`;
  return markup`${program}<dt>It may</dt><dd>look and make changes, ${reach(servers)}</dd>
${end}`;
}

type BoundName = "boundTo" | "connection" | "connectionClient" | "connectionEndsAt";

function reach(servers: ReadonlySet<number> | undefined): string {
  if (servers === undefined) return "on all servers";
  return `only on ${plural(servers.size, "server", "servers")} ${[...servers].join(", ")}`;
}

/** When a connection ends. */
export function connectionEnd(endsAt: number | null): Html {
  return endsAt === null ? markup`you end it, or 90 days pass without use` : dayAndTime(endsAt);
}

/** A client, under the name that it gives. */
export function clientName(name: string): Html {
  return markup`${data(name)} <span class="note">as it calls itself</span>`;
}
