/** What becomes of the present primary domain where another one takes its place. */
import type { AppRecord } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { sameEntries } from "../define/list_edits.ts";
import type { ToolContext } from "../define/tool.ts";
import { writeAliases } from "./aliases.ts";

/** Whether the present primary domain can be kept as an alias: not where Cloudways doesn't tell it, or the aliases. */
function canKeep({ cname, aliases }: AppRecord): boolean {
  return cname !== null && aliases !== null;
}

/** What happens to the present primary domain, in a sentence for the person who is asked. */
export function oldDomainFate(app: AppRecord, keep: boolean): string {
  const lost = "visitors who come by it no longer reach the application, unless it is an alias too.";
  if (keep && canKeep(app)) {
    return "The present primary domain stays as an alias: visitors who come by it reach the application again after a " +
      "short gap.";
  }
  if (!keep) return `The present primary domain is not kept: ${lost}`;
  return `The present primary domain can't be kept as an alias, for Cloudways doesn't tell all domains: ${lost}`;
}

/**
 * The aliases after another primary domain was set. The present one is kept as an alias, or not; the new one is none any
 * more.
 */
export function aliasesAfter(
  { cname: old, aliases }: Pick<AppRecord, "cname" | "aliases">,
  cname: string,
  keep: boolean,
): string[] | null {
  if (!old || old === cname || aliases === null) return aliases;
  const others = aliases.filter((alias) => alias !== cname);
  return keep && !others.includes(old) ? [...others, old] : others;
}

/** Whether the old primary domain is an alias now; null where that is not known. */
interface KeptDomain {
  old_cname_kept: boolean | null;
  next_step?: string;
}

/**
 * Makes the old primary domain an alias if it is to be kept, and the new one none, after the new one is set. That one has
 * happened, so from here on nothing is a failure of the call.
 *
 * @param done Whether the new primary domain is set, or Cloudways still works on it.
 */
export async function settleAliases(
  found: FoundApp,
  { cname, keep, wait_seconds }: { cname: string; keep: boolean; wait_seconds: number },
  context: ToolContext,
  done: boolean,
): Promise<KeptDomain> {
  const { app: { id, cname: old, aliases: before }, server } = found;
  const isAlias = before?.includes(cname) === true;
  if (!old || old === cname || !canKeep(found.app) || !(keep || (isAlias && done))) return { old_cname_kept: false };
  const later = `update_app_aliases with add and the old_cname of this answer keeps the old domain.`;
  if (!done) {
    return { old_cname_kept: null, next_step: `Wait with get_operation_status until this is completed; then ${later}` };
  }
  try {
    const now = await context.account.currentApp(id, server.id);
    const { aliases } = now.app;
    const wanted = aliasesAfter({ cname: old, aliases }, cname, keep);
    if (aliases === null || wanted === null) {
      return { old_cname_kept: null, next_step: `Look with get_app_details; ${later}` };
    }
    if (sameEntries(aliases, wanted)) return { old_cname_kept: keep };
    const { status } = await writeAliases(now, wanted, { wait_seconds }, context);
    if (!keep) return { old_cname_kept: false };
    return { old_cname_kept: status === "completed" ? true : null };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (!keep) return { old_cname_kept: false };
    return {
      old_cname_kept: null,
      next_step:
        `The new domain is set, but the old one may be lost: ${error.message} Look with get_app_details; ${later}`,
    };
  }
}
