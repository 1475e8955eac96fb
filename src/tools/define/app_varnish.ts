/** Reads the Varnish cache of an application: `GET /app/manage/varnish_setting`. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull, looseList } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { record } from "./outputs.ts";
import { idsOf } from "./targets.ts";

const varnishReply = z.looseObject({
  response: z.looseObject({
    varnish_app_enabled: flagOrNull,
    varnish_enabled: flagOrNull,
    vcl_list: looseList(record),
  }),
});

/** Whether the cache is on, for the application and for its server, and what is left out of it. */
export type AppVarnish = z.output<typeof varnishReply>["response"];

/** Reads the state of an application's Varnish cache. */
export async function readAppVarnish(account: CloudwaysAccount, found: FoundApp): Promise<AppVarnish> {
  const { response } = await account.read({
    operation: "app_varnish_settings_get",
    path: path`/app/manage/varnish_setting`,
    reply: varnishReply,
    query: idsOf(found),
  });
  return response;
}
