/** Keeps accounts at the size they began with: what is to be flat is the memory of the replicas, not of accounts. */
import type { AccountState } from "../sandbox/mod.ts";

const TEND_MS = 1_000;

/** What is kept of each list that only grows. */
const KEPT_OPERATIONS = 40;
const KEPT_ENTRIES = 20;
/** Copies that were just made may still be looked for. */
const KEPT_COPIES = 4;

/** Tends these accounts until there is to be an end. */
export async function tendAccounts(accounts: readonly AccountState[], isOver: () => boolean): Promise<void> {
  const beginnings = new Map(
    accounts.flatMap(({ servers }) => servers.map((server) => [server, server.apps.length] as const)),
  );
  while (!isOver()) {
    for (const account of accounts) {
      const running = account.operations.filter(({ state }) => state === "running");
      account.operations = [...new Set([...account.operations.slice(-KEPT_OPERATIONS), ...running])];
      for (const server of account.servers) {
        const first = beginnings.get(server) ?? 0;
        const copies = server.apps.slice(first);
        server.apps = [...server.apps.slice(0, first), ...copies.slice(-KEPT_COPIES)];
        for (const app of server.apps) app.git.log.splice(KEPT_ENTRIES);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TEND_MS));
  }
}
