import type { AuditCallRecord, AuditPage, AuditReader, AuditRecord } from "../audit/record.ts";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import { readBoundServers } from "../identity/bounds.ts";

/**
 * The records of a customer for a caller who is bound to some servers: those of calls that were bound to the same servers
 * or fewer, and those that name only what is on them.
 */
export class BoundAuditReader implements AuditReader {
  readonly #records: AuditReader;
  readonly #account: CloudwaysAccount;
  readonly #servers: ReadonlySet<number>;
  #check: Promise<(value: unknown) => boolean> | undefined;

  constructor(records: AuditReader, account: CloudwaysAccount, servers: ReadonlySet<number>) {
    this.#records = records;
    this.#account = account;
    this.#servers = servers;
  }

  async read(customer: string, options: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    const page = await this.#records.read(customer, options);
    const records: AuditRecord[] = [];
    for (const record of page.records) if (record.event === "gap" || await this.#isOwn(record)) records.push(record);
    return { ...page, records };
  }

  async #isOwn({ bound_to, count, target, arguments: args, steps }: AuditCallRecord): Promise<boolean> {
    // It stands for several calls, of which only the newest is known; or its arguments were cut.
    if (count !== undefined || typeof args === "string") return false;
    const bound = bound_to === undefined ? undefined : readBoundServers(bound_to);
    if (bound?.isSubsetOf(this.#servers) === true) return true;
    this.#check ??= this.#account.isAboutOwn();
    const isOwn = await this.#check;
    // The steps of a plan are shown together or not at all.
    if (steps !== undefined) return Array.isArray(steps) && steps.every((step) => isOwn(step));
    return isOwn([target, args]);
  }
}
