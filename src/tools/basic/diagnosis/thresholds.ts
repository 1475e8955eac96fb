/**
 * From which figures on something counts as a cause. The one table of the diagnosis. A figure that the API gives
 * without a unit is compared as it is.
 */
export const THRESHOLDS = {
  /**
   * Mean share of the CPU that is not used, now or in the time of the trouble, in percent; below it the server is
   * short of CPU.
   */
  idleCpuPercent: 15,
  /** The same mean of the free memory, in millions of bytes; below it the server is short of memory. */
  freeMemoryMb: 100,
  /** Free disk now, in GB; below it the disk counts as full. */
  freeDiskGb: 2,
  /** Restarts by self-healing since the trouble began; from it on. */
  restarts: 1,
  /** Share of all requests that come from one address, in percent, and its requests a minute; both from it on. */
  addressPercent: 40,
  addressPerMinute: 20,
  /** The same for one bot. */
  botPercent: 30,
  botPerMinute: 10,
  /** The same for one path that no cache answers, such as the sign-in page. */
  pathPercent: 20,
  pathPerMinute: 10,
  /** Share of all answers that are errors of the server (5xx), in percent, and how many; both from it on. */
  errorPercent: 5,
  errorCount: 20,
  /** How often Cloudways lists a page as slow; from it on. */
  slowPageCount: 3,
  /** Share of the slow pages that belong to one plugin, in percent; from it on the plugin counts, not its pages. */
  pluginPercent: 60,
  /** How often Cloudways lists a query as slow; from it on. */
  slowQueryCount: 5,
  /** How long a query runs already, as Cloudways gives it; from it on. */
  runningQueryTime: 10,
  /** How often the cron report lists one command; from it on. */
  cronRunCount: 100,
} as const;

/** How times are compared, in minutes. */
export const MINUTES = {
  /** How long ago trouble is looked for if the caller doesn't say when it began. */
  recent: 60,
  /** An event counts as just before the trouble if it came at most so long before it … */
  before: 30,
  /** … or so long after it: times are known to a few minutes. */
  after: 10,
  /** How long before the time that the caller gave the trouble may have begun. */
  early: 60,
  /** How long before the trouble the timeline begins. */
  timeline: 120,
} as const;
