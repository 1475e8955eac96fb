/** A member of one {@linkcode OldestFirst}. */
export class Member<T extends Member<T>> {
  /** The member that came next. */
  newer: T | undefined;
  older: T | undefined;
  isIn = false;
}

/**
 * Things in the order in which they came, of which any may leave at any time. A `Set` would do as well, but V8 makes its
 * table again and again where many come and go, and keeps what the old tables held until it next looks through all of
 * its memory. Here a member that has left holds nothing.
 */
export class OldestFirst<T extends Member<T>> {
  #oldest: T | undefined;
  #newest: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): T | undefined {
    return this.#oldest;
  }

  /** Adds something that was in no list before. */
  add(member: T): void {
    member.isIn = true;
    member.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = member;
    else this.#newest.newer = member;
    this.#newest = member;
    this.#size++;
  }

  /** Returns whether it was in the list. */
  remove(member: T): boolean {
    if (!member.isIn) return false;
    const { older, newer } = member;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    member.isIn = false;
    member.older = member.newer = undefined;
    this.#size--;
    return true;
  }

  /** From the oldest to the newest. None may leave meanwhile: take {@linkcode oldest} again and again for that. */
  *[Symbol.iterator](): Generator<T, void> {
    for (let member = this.#oldest; member !== undefined; member = member.newer) yield member;
  }
}
