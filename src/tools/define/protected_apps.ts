/** Reads what the Security Suite says of the applications of a server: `GET /server/security/{server_id}/apps`. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, looseList, looseNumber, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";

/** Which applications to list. */
export interface ProtectedAppsQuery {
  /** From 1. */
  page?: number | undefined;
  /** Rows of a page. */
  limit?: number | undefined;
  /** A part of the application's label. */
  label?: string | undefined;
  infectedOnly?: boolean | undefined;
}

const protectedApp = z.looseObject({
  id: idNumber,
  app_name: looseText,
  mp_addon_active: statedFlag,
  infected: looseNumber,
  infected_db: looseNumber,
}).transform(({ id, app_name, mp_addon_active, infected, infected_db }) => ({
  id,
  label: app_name,
  /** Whether malware protection is bought for it; null where Cloudways doesn't say. */
  isProtected: mp_addon_active,
  /** Infected files, which are counted without the protection too; null where Cloudways doesn't say. */
  infectedFiles: infected,
  /** Infected entries of the database; null where Cloudways doesn't say. */
  infectedEntries: infected_db,
}));

/** An application as the Security Suite lists it. */
export type ProtectedApp = z.output<typeof protectedApp>;

const reply = z.looseObject({
  apps: looseList(protectedApp),
  pagination: z.looseObject({ last_page: looseNumber }).catch({ last_page: null }),
});

/** Rows of one page that are enough for the infected applications of a server. */
const INFECTED_AT_ONCE = 100;

/** The infected applications of a server; if there are very many, the first of them. */
export async function readInfectedApps(account: CloudwaysAccount, serverId: number): Promise<ProtectedApp[]> {
  return (await readProtectedApps(account, serverId, { limit: INFECTED_AT_ONCE, infectedOnly: true })).apps;
}

/** One page of the applications of a server, and the number of the last page; null where Cloudways doesn't say. */
export async function readProtectedApps(
  account: CloudwaysAccount,
  serverId: number,
  { page, limit, label, infectedOnly }: ProtectedAppsQuery = {},
): Promise<{ apps: ProtectedApp[]; lastPage: number | null }> {
  const { apps, pagination } = await account.read({
    operation: "security_suite_server_apps_list",
    path: path`/server/security/${serverId}/apps`,
    query: {
      page,
      page_limit: limit,
      app_name: label === "" ? undefined : label,
      filter_by: infectedOnly === true ? "infected" : undefined,
    },
    reply,
  });
  return { apps, lastPage: pagination.last_page };
}
