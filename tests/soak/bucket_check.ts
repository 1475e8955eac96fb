/** Whether customers' buckets held, judged by what came in at Cloudways. */
import type { Window } from "./windows.ts";

/** What a customer's bucket holds. */
export interface BucketLimit {
  capacity: number;
  windowSeconds: number;
  replicas: number;
}

/** How far a customer's bucket was used up at most, beside what is allowed. */
export interface BucketPeak {
  level: number;
  allowed: number;
}

/**
 * Requests take their token before they leave, and some are on their way longer than others, so that they may come in
 * closer together than they left.
 */
const BUNCHING_SECONDS = 2;

/** One stretch of time: between two troubles with Redis, or such a trouble. */
interface Stretch {
  troubled: boolean;
  arrivals: number[];
}

/**
 * The fullest that one customer's bucket was, while Redis was there and while it was not. Every stretch begins anew,
 * since Redis may have forgotten what was used before. In trouble each replica keeps a bucket of its own, and some
 * requests still draw on the one in Redis, before it goes and after it has come.
 *
 * @param arrivals When the customer's requests came in, in milliseconds, oldest first.
 */
export function bucketPeaks(arrivals: readonly number[], limit: BucketLimit, troubles: readonly Window[]) {
  const { capacity, windowSeconds, replicas } = limit;
  const stretches = stretchesOf(arrivals, troubles);
  const peak = (troubled: boolean, buckets: number): BucketPeak => {
    const perSecond = buckets * capacity / windowSeconds;
    const levels = stretches.filter((one) => one.troubled === troubled).map((one) => peakOf(one.arrivals, perSecond));
    return { level: Math.max(0, ...levels), allowed: buckets * capacity + Math.ceil(perSecond * BUNCHING_SECONDS) };
  };
  return { calm: peak(false, 1), troubled: peak(true, replicas + 1) };
}

function stretchesOf(arrivals: readonly number[], troubles: readonly Window[]): Stretch[] {
  const stretches = new Map<number, Stretch>();
  for (const at of arrivals) {
    const begun = troubles.filter(({ from }) => from <= at);
    const troubled = begun.some(({ to }) => at <= to);
    const number = begun.length * 2 + (troubled ? 0 : 1);
    const stretch = stretches.get(number) ?? { troubled, arrivals: [] };
    stretch.arrivals.push(at);
    stretches.set(number, stretch);
  }
  return [...stretches.values()];
}

/** Each request fills by one, and time drains: what is left over is what a bucket must have held. */
function peakOf(arrivals: readonly number[], perSecond: number): number {
  let level = 0;
  let peak = 0;
  let last: number | undefined;
  for (const at of arrivals) {
    level = Math.max(0, level - (at - (last ?? at)) / 1000 * perSecond) + 1;
    peak = Math.max(peak, level);
    last = at;
  }
  return peak;
}
