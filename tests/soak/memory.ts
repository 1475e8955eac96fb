/** The memory of replicas over time, by their own metrics, and whether it grows. */
import { median, slope } from "./figures.ts";
import type { Replica } from "./replicas.ts";

/** One sample of one process. */
export interface MemorySample {
  /** Seconds since the first sample of the process. */
  seconds: number;
  residentMb: number;
  heapMb: number;
}

/** One process from its start to its end. */
export interface MemoryLife {
  name: string;
  samples: readonly MemorySample[];
}

/** One of the two figures of one process. */
export interface MemoryFigure {
  /** The median of the second quarter of its life. */
  earlyMb: number;
  /** The median of the last quarter. */
  lateMb: number;
  /** Over the second half. */
  slopeMbPerMinute: number;
  grows: boolean;
}

/** The verdict on one process. */
export interface MemoryVerdict {
  name: string;
  seconds: number;
  resident: MemoryFigure;
  heap: MemoryFigure;
  /** A process is judged after its warm-up, in which its memory always grows. */
  judged: boolean;
}

/** Shorter lives show only the start of a process. */
const JUDGED_SECONDS = 90;

/** The growth allowed between the two quarters, since garbage collection is late. */
const ALLOWED_SHARE = 0.15;
const ALLOWED_MB = 8;

const MB = 1024 * 1024;
const SAMPLE_MS = 1_000;

/** Samples every replica once a second. */
export class MemoryWatch {
  readonly #replicas: readonly Replica[];
  readonly #past: MemoryLife[] = [];
  readonly #present = new Map<Replica, { startedAt: number; samples: MemorySample[] }>();

  constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas;
    for (const replica of replicas) this.begin(replica);
  }

  /** A new process serves this replica. */
  begin(replica: Replica): void {
    this.#present.set(replica, { startedAt: performance.now(), samples: [] });
  }

  /** The process of this replica is about to end. */
  end(replica: Replica): void {
    const life = this.#present.get(replica);
    if (life !== undefined) this.#past.push({ name: replica.name, samples: life.samples });
    this.#present.delete(replica);
  }

  /** Samples until `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await Promise.all(this.#replicas.map((replica) => this.#look(replica)));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  }

  /** Every process so far. */
  lives(): MemoryLife[] {
    return [
      ...this.#past,
      ...[...this.#present].map(([{ name }, { samples }]) => ({ name, samples })),
    ].filter(({ samples }) => samples.length > 0);
  }

  async #look(replica: Replica): Promise<void> {
    const life = this.#present.get(replica);
    if (life === undefined) return;
    try {
      const response = await replica.fetch("/metrics", { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      life.samples.push({
        seconds: (performance.now() - life.startedAt) / 1000,
        residentMb: gauge(text, "process_resident_memory_bytes") / MB,
        heapMb: gauge(text, "process_heap_used_bytes") / MB,
      });
    } catch {
      // It has just ended, or is too busy; the next sample may succeed. Other checks watch the answers.
    }
  }
}

/** Compares the second quarter of a life with its last one. */
export function judgeMemory({ name, samples }: MemoryLife): MemoryVerdict {
  const seconds = samples.at(-1)?.seconds ?? 0;
  const judged = seconds >= JUDGED_SECONDS;
  const figure = (of: (sample: MemorySample) => number) => judgeFigure(samples, seconds, of, judged);
  return { name, seconds, judged, resident: figure((one) => one.residentMb), heap: figure((one) => one.heapMb) };
}

function judgeFigure(
  samples: readonly MemorySample[],
  seconds: number,
  of: (sample: MemorySample) => number,
  judged: boolean,
): MemoryFigure {
  const between = (from: number, to: number) =>
    samples.filter((one) => one.seconds >= from * seconds && one.seconds <= to * seconds);
  const earlyMb = median(between(0.25, 0.5).map(of));
  const lateMb = median(between(0.75, 1).map(of));
  const points = between(0.5, 1).map((one) => ({ x: one.seconds / 60, y: of(one) }));
  const grows = judged && lateMb > earlyMb * (1 + ALLOWED_SHARE) + ALLOWED_MB;
  return { earlyMb, lateMb, slopeMbPerMinute: slope(points), grows };
}

function gauge(text: string, name: string): number {
  return Number(new RegExp(`^\\w*${name} (\\S+)$`, "m").exec(text)?.[1] ?? NaN);
}
