/** What the security tools share. */
import * as z from "zod";
import { appOutput } from "../define/targets.ts";
import { startedOutput } from "../define/outputs.ts";

/** The output of every tool that starts work on one application. */
export const startedOnApp = () => z.looseObject({ ...appOutput, ...startedOutput });
