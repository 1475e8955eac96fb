/** Finding the restore point that is meant. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { momentOf } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { notKnown } from "../define/known_values.ts";
import { currentRestorePoints } from "../define/restore_list.ts";

/**
 * The restore point that is meant by a text, exactly as Cloudways wants it: the same text, or the time of one point
 * alone. What was listed in the last hour is believed; otherwise it is listed now.
 *
 * @returns Undefined where Cloudways doesn't show this caller which there are.
 * @throws {ToolError} `invalid_arguments` with the points there are, and whatever keeps them from being known.
 */
export async function findRestorePoint(
  account: CloudwaysAccount,
  found: FoundApp,
  wanted: string,
): Promise<string | undefined> {
  const noted = pick(await account.notedRestorePoints(found), wanted);
  if (noted !== undefined) return noted;
  const known = await currentRestorePoints(account, found);
  if (known === null) return undefined;
  const point = pick(known, wanted);
  if (point === undefined) throw notKnown({ argument: "time", what: "restore point of this application", known });
  return point;
}

function pick(points: readonly string[], wanted: string): string | undefined {
  if (points.includes(wanted)) return wanted;
  const moment = momentOf(wanted);
  const same = moment === undefined ? [] : points.filter((point) => momentOf(point) === moment);
  return same.length === 1 ? same[0] : undefined;
}
