/** Emptying what Cloudflare has cached of an application: now, and by itself from now on. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseObject, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { cloudflareApp } from "./attached.ts";

const purgeCloudflareCache = defineTool({
  name: "purge_cloudflare_cache",
  title: "Purge Cloudflare's cache",
  toolset: "cloudflare",
  effect: "write",
  undo: { none: "a cache fills by itself" },
  idempotent: true,
  description:
    "Clears what Cloudflare's CDN has cached of all domains of an application, so that visitors see changes. " +
    "Single addresses can't be cleared. Nothing is lost; the caches on the server have tools of their own.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput }),
  handler: async (input, context) =>
    await startOnApp(await cloudflareApp(input, context), input, context, {
      operation: "cloudflare_purge_domain",
      path: path`/app/cloudflareCdn/purgeDomain`,
    }),
});

const deployedReply = z.looseObject({ data: looseObject({ deployed: statedFlag }) });

/** Whether smart cache purge is installed; null where Cloudways doesn't say. */
export async function readSmartPurge(account: CloudwaysAccount, found: FoundApp): Promise<boolean | null> {
  const { data } = await account.read({
    operation: "cloudflare_get_fpc_status",
    path: path`/app/cloudflareCdn/checkFPCStatus`,
    query: idsOf(found),
    reply: deployedReply,
  });
  return data.deployed;
}

const deploySmartCachePurge = defineTool({
  name: "deploy_smart_cache_purge",
  title: "Smart cache purge",
  toolset: "cloudflare",
  effect: "write",
  undo: { none: "Cloudways has no call that removes it" },
  idempotent: true,
  description: "Installs smart cache purge on an application with a domain on Cloudflare: the edge cache is then " +
    "cleared by itself when content changes.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, deployed: z.boolean().nullable() }),
  handler: async (input, context) => {
    const found = await cloudflareApp(input, context);
    const started = await startOnApp(found, input, context, {
      operation: "cloudflare_deploy_fpc",
      path: path`/app/cloudflareCdn/deployFPC`,
    });
    const deployed = started.status === "completed"
      ? await readSmartPurge(context.account, found).catch((error) => nullIfRefused(error, "any"))
      : null;
    return { ...started, deployed };
  },
});

/** The tools of this file. */
export const cacheTools: readonly Tool[] = [purgeCloudflareCache, deploySmartCachePurge];
