import { jobs } from "./jobs.ts";
import { laterJobs } from "./later_jobs.ts";
import type { Job } from "./job.ts";

/** The fourteen jobs. */
export const allJobs: readonly Job[] = [...laterJobs, ...jobs];
