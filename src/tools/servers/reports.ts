/** What the reports on a server share. */
import * as z from "zod";
import { serverOutput } from "../define/targets.ts";
import { reportedOutput } from "../define/outputs.ts";

/** The members of an object whose names are data. */
export const members = z.record(z.string(), z.unknown());

/** What every report gives, beside the report itself. */
export const reportOutput = { ...serverOutput, ...reportedOutput };

/** In 2017 Cloudways gave reports at once, in `data`. */
export const inlineReport = z.looseObject({ data: members.refine((data) => Object.keys(data).length > 0) })
  .transform(({ data }): unknown => data);
