/** Finds the series of a metric by the values of its labels, and bounds how many there are. */

/** A label: its name, and the form that its values have. Other values become `other`. */
export interface LabelRule {
  name: string;
  form: RegExp;
}

/** One value for each label. */
export type Values<R extends readonly LabelRule[]> = { readonly [I in keyof R]: string };

/** A label of a series, with a value that was let through. */
export interface CheckedLabel {
  name: string;
  value: string;
}

/** One series: its labels, and what is counted. */
export interface Series<T> {
  labels: readonly CheckedLabel[];
  cell: T;
}

/** Replaces label values that don't look like names from the code. */
const OTHER = "other";

/** Most values of one label. Bounds the number of series, whatever callers send. */
const MAX_LABEL_VALUES = 300;

/** A step on the way to a cell: one value after the other. */
interface Step<T> {
  next: Map<string, Step<T>>;
  cell?: T;
}

/** The series of one metric. A series that exists is found by its values alone, without making a text of them. */
export class SeriesTable<R extends readonly LabelRule[], T> {
  readonly #labels: readonly LabelRule[];
  readonly #seen: readonly Set<string>[];
  readonly #make: (labels: readonly CheckedLabel[]) => T;
  readonly #first: Step<T> = { next: new Map() };
  readonly #all: Series<T>[] = [];

  /**
   * A table without labels has its one series from the beginning, so that a scrape sees it before the first event.
   *
   * @param make Makes what a new series counts with.
   */
  constructor(labels: R, make: (labels: readonly CheckedLabel[]) => T) {
    this.#labels = labels;
    this.#seen = labels.map(() => new Set<string>());
    this.#make = make;
    if (labels.length === 0) this.#open([]);
  }

  /** Every series, in the order of their first events. */
  get all(): readonly Series<T>[] {
    return this.#all;
  }

  /** What the series of these values counts with. */
  at(values: Values<R>): T {
    return this.#find(values) ?? this.#open(values.map((value, index) => this.#checked(value, index)));
  }

  #find(values: readonly string[]): T | undefined {
    let step: Step<T> | undefined = this.#first;
    for (let index = 0; index < values.length && step !== undefined; index++) step = step.next.get(values[index] ?? "");
    return step?.cell;
  }

  /** Lets through values of the label's form, up to {@linkcode MAX_LABEL_VALUES} different ones. */
  #checked(value: string, index: number): string {
    const seen = this.#seen[index];
    const rule = this.#labels[index];
    if (seen === undefined || rule === undefined) return OTHER;
    if (seen.has(value)) return value;
    if (!rule.form.test(value) || seen.size >= MAX_LABEL_VALUES) return OTHER;
    seen.add(value);
    return value;
  }

  #open(values: readonly string[]): T {
    let step = this.#first;
    for (const value of values) {
      const next: Step<T> = step.next.get(value) ?? { next: new Map() };
      step.next.set(value, next);
      step = next;
    }
    if (step.cell !== undefined) return step.cell;
    const labels = this.#labels.map(({ name }, index) => ({ name, value: values[index] ?? OTHER }));
    const cell = this.#make(labels);
    step.cell = cell;
    this.#all.push({ labels, cell });
    return cell;
  }
}
