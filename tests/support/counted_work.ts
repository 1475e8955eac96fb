/** Counts what the program does with the means of the platform while it answers. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";

/** How often something was done. */
export interface PlatformWork {
  /** Requests sent with `fetch`. */
  fetches: number;
  /** Operations of WebCrypto, and digests and ciphers of `node:crypto`. */
  crypto: number;
  parses: number;
  stringifies: number;
  /** Timers set, those of `AbortSignal.timeout` among them. */
  timers: number;
  /** Secrets whose forms were made, to search texts for them. */
  secretForms: number;
}

/** The names of the counts. */
export const PLATFORM_WORK = ["fetches", "crypto", "parses", "stringifies", "timers", "secretForms"] as const;

/** A function of the platform that is counted, and where it lies. */
interface Place {
  holder: object;
  name: string;
  counts: keyof PlatformWork;
}

const SUBTLE = [
  "decrypt",
  "deriveBits",
  "deriveKey",
  "digest",
  "encrypt",
  "exportKey",
  "generateKey",
  "importKey",
  "sign",
  "unwrapKey",
  "verify",
  "wrapKey",
];

/** The classes of `node:crypto` can be reached through what they make only. */
function nodeCryptoPlaces(): Place[] {
  const key = new Uint8Array(32);
  const iv = new Uint8Array(12);
  const made: [object, string][] = [
    [createHash("sha256"), "digest"],
    [createHmac("sha256", key), "digest"],
    [createCipheriv("aes-256-gcm", key, iv), "final"],
    [createDecipheriv("aes-256-gcm", key, iv), "final"],
  ];
  return made.map(([instance, name]) => ({ holder: Object.getPrototypeOf(instance), name, counts: "crypto" }));
}

function places(): Place[] {
  return [
    { holder: globalThis, name: "fetch", counts: "fetches" },
    ...SUBTLE.map((name): Place => ({ holder: SubtleCrypto.prototype, name, counts: "crypto" })),
    ...nodeCryptoPlaces(),
    { holder: JSON, name: "parse", counts: "parses" },
    { holder: JSON, name: "stringify", counts: "stringifies" },
    { holder: globalThis, name: "setTimeout", counts: "timers" },
    { holder: globalThis, name: "setInterval", counts: "timers" },
    { holder: AbortSignal, name: "timeout", counts: "timers" },
    // Only the forms of a secret need it.
    { holder: String.prototype, name: "toWellFormed", counts: "secretForms" },
  ];
}

/**
 * Counts from its start to its disposal. Code of this file's realm only: workers and other processes don't count.
 * Meanwhile time stands still, so that a slow machine changes no count: `performance.now` returns the same, and timers
 * wait until they are cleared, except those that only yield.
 */
export class PlatformCounter implements Disposable {
  #counts = noPlatformWork();
  #inFlight = 0;
  readonly #inside = new Set<keyof PlatformWork>();
  readonly #undo: (() => void)[];

  constructor() {
    const now = performance.now();
    this.#undo = [
      replace(performance, "now", () => () => now),
      replace(globalThis, "setTimeout", standStill),
      ...places().map(({ holder, name, counts }) =>
        replace(holder, name, (original) => this.#counted(original, counts))
      ),
    ];
  }

  /** Whether something that was counted has not ended. */
  get isBusy(): boolean {
    return this.#inFlight > 0;
  }

  /** What was counted since the last call. */
  take(): PlatformWork {
    const counts = this.#counts;
    this.#counts = noPlatformWork();
    return counts;
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0).toReversed()) undo();
  }

  /** Counts calls; what one calls of the same kind, as HMAC does hashes, belongs to it. */
  #counted(original: Callable, name: keyof PlatformWork): Callable {
    const enter = () => {
      if (this.#inside.has(name)) return () => {};
      this.#counts[name]++;
      this.#inside.add(name);
      return () => this.#inside.delete(name);
    };
    const follow = (result: unknown) => {
      if (!(result instanceof Promise)) return;
      this.#inFlight++;
      const end = () => void this.#inFlight--;
      result.then(end, end);
    };
    return function (this: unknown, ...args: unknown[]) {
      const leave = enter();
      try {
        const result = Reflect.apply(original, this, args);
        follow(result);
        return result;
      } finally {
        leave();
      }
    };
  }
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** Longer than any test, and the longest that a timer can be. */
const NEVER_MS = 2 ** 31 - 1;

/** A `setTimeout` for which no time goes by. */
function standStill(original: Callable): Callable {
  return function (this: unknown, work, ms, ...args) {
    return Reflect.apply(original, this, [work, typeof ms === "number" && ms > 0 ? NEVER_MS : ms, ...args]);
  };
}

/** Replaces a function of the platform; returns what puts it back. */
function replace(holder: object, name: string, by: (original: Callable) => Callable): () => void {
  const found = Object.getOwnPropertyDescriptor(holder, name);
  const original: unknown = Reflect.get(holder, name);
  if (typeof original !== "function") throw new Error(`There is no ${name} to count.`);
  const value = by(function (this: unknown, ...args) {
    return Reflect.apply(original, this, args);
  });
  Object.defineProperty(holder, name, { configurable: true, writable: true, value });
  return () => {
    if (found === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, found);
  };
}

function noPlatformWork(): PlatformWork {
  return { fetches: 0, crypto: 0, parses: 0, stringifies: 0, timers: 0, secretForms: 0 };
}
