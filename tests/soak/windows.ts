/** Stretches of time in which something was made to go wrong, so that what callers saw can be held against them. */

/** From and until when, in milliseconds since the Unix epoch; still going on where `to` is infinite. */
export interface Window {
  from: number;
  to: number;
}

/** The stretches of one kind of trouble. */
export class Windows {
  readonly all: Window[] = [];

  /** Begins a stretch; returns what ends it. */
  open(): () => void {
    const window = { from: Date.now(), to: Infinity };
    this.all.push(window);
    return () => {
      window.to = Date.now();
    };
  }

  /** Whether any of this time lay in a stretch, or within `afterMs` of one's end. */
  meets(from: number, to: number, afterMs = 0): boolean {
    return this.all.some((window) => window.from <= to && window.to + afterMs >= from);
  }

  /** Whether a stretch goes on now. */
  get isOpen(): boolean {
    return this.all.some(({ to }) => to === Infinity);
  }
}
