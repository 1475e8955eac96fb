/** The periods of faults, to compare with what callers saw. */

/** Start and end in milliseconds since the Unix epoch; `to` is infinite while it lasts. */
export interface Window {
  from: number;
  to: number;
}

/** The periods of one kind of fault. */
export class Windows {
  readonly all: Window[] = [];

  /** Begins a period; returns the function that ends it. */
  open(): () => void {
    const window = { from: Date.now(), to: Infinity };
    this.all.push(window);
    return () => {
      window.to = Date.now();
    };
  }

  /** Whether any of this time lay in a period, or within `afterMs` of its end. */
  meets(from: number, to: number, afterMs = 0): boolean {
    return this.all.some((window) => window.from <= to && window.to + afterMs >= from);
  }

  /** Whether a period lasts now. */
  get isOpen(): boolean {
    return this.all.some(({ to }) => to === Infinity);
  }
}
