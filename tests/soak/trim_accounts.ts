/** Keeps accounts at their first size, since the memory of the replicas is measured, not that of accounts. */
import type { AccountState } from "../sandbox/mod.ts";

const INTERVAL_MS = 1_000;

/** How many entries of each growing list stay. */
const KEPT_OPERATIONS = 40;
const KEPT_ENTRIES = 20;
/** The newest copies may still be needed by a call. */
const KEPT_COPIES = 4;

/** Trims these accounts until `isOver`. */
export async function trimAccounts(accounts: readonly AccountState[], isOver: () => boolean): Promise<void> {
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
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
