/** A store whose process dies at a chosen moment. */
import { type Store, StoreError } from "../../src/store/store.ts";

/** When a replica dies: before its operation of this number reaches the store, or after. */
export interface Death {
  /** Counted from 1. */
  operation: number;
  reached: boolean;
}

/** A store that works until the death, and never afterwards, and how many operations it has begun. */
export interface DyingStore {
  store: Store;
  begun: () => number;
}

const METHODS: ReadonlySet<string | symbol> = new Set([
  "get",
  "heads",
  "set",
  "delete",
  "deleteIfEquals",
  "take",
  "takeTokens",
  "append",
  "entries",
]);

/** Wraps a store. */
export function dyingStore(inner: Store, death: Death): DyingStore {
  let begun = 0;
  const store = new Proxy(inner, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      if (!METHODS.has(name)) return method.bind(target);
      return async (...args: unknown[]) => {
        begun++;
        const isLast = begun === death.operation;
        if (begun > death.operation || (isLast && !death.reached)) throw new StoreError("This replica is dead.");
        const result: unknown = await Reflect.apply(method, target, args);
        if (isLast) throw new StoreError("This replica died.");
        return result;
      };
    },
  });
  return { store, begun: () => begun };
}
