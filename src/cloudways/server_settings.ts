/** The settings of a server, as `GET /server/manage/settings` gives them. */
import * as z from "zod";
import type { CloudwaysAccount } from "./account.ts";
import { path } from "./path.ts";

const members = z.record(z.string(), z.unknown());

/** PHP sends an empty list in place of an object without members. */
const settingsReply = z.looseObject({ settings: z.union([members, z.array(z.unknown()).max(0)]) });

/** Reads the settings of a server, by Cloudways' names: mostly texts; `package_versions` holds its packages. */
export async function readServerSettings(
  account: CloudwaysAccount,
  serverId: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { settings } = await account.read({
    operation: "server_settings_get",
    path: path`/server/manage/settings`,
    reply: settingsReply,
    query: { server_id: serverId },
  });
  return { ...settings };
}

/** The packages that a server's settings name, with their versions; null where they name none. */
export function installedPackages(settings: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  return members.safeParse(settings.package_versions).data ?? null;
}
