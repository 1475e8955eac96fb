/** What the cloud providers differ in. */
import type { ServerRecord } from "../../cloudways/models.ts";
import { ToolError } from "../../errors.ts";

/** Their servers keep the data on volumes of their own, whose sizes are chosen. Only there servers can shrink. */
const WITH_VOLUMES: ReadonlySet<string> = new Set(["amazon", "gce"]);

/** Where block storage can be attached. */
export const WITH_BLOCK_STORAGE = "do";

/** Whether the servers of a provider have volumes whose sizes are chosen. */
export function hasVolumes(provider: string): boolean {
  return WITH_VOLUMES.has(provider);
}

/** Whether Cloudways makes servers of a provider smaller; null where the listing doesn't say which it is. */
export function canShrink({ cloud }: Pick<ServerRecord, "cloud">): boolean | null {
  return cloud === "" ? null : hasVolumes(cloud);
}

/** The memory in GB that a size names, such as `4GB` and `intel-4GB`; null for a size that names none. */
export function memoryOf(size: string): number | null {
  const [, digits] = /(?:^|-)(\d+(?:\.\d+)?)GB$/i.exec(size) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The refusal of what only other providers have. Nothing was done. */
export function notAtProvider(what: string, hint: string): ToolError {
  return new ToolError("validation_failed", `${what} at the cloud provider of this server.`, {
    hint: `Nothing was done, and nobody was asked. ${hint}`,
    done: "nothing",
  });
}
