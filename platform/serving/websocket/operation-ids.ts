/**
 * Ids of one connection's operations, from their start to their end. The protocol's library knows an operation by its id
 * alone: of one that was completed and another that begins with its id before the first has come to its end, it takes the
 * one for the other, tells both, and leaves one running that nobody can end. So the other waits here.
 */
export class OperationIds {
  /** A connection has few: less than a set takes, where there is one. */
  readonly #running: string[] = [];
  /** Called once the operation of the same id has ended. Made with the first. */
  #waiting: Map<string, () => void> | undefined;

  isRunning(id: string): boolean {
    return this.#running.includes(id);
  }

  get hasWaiting(): boolean {
    return this.#waiting !== undefined && this.#waiting.size > 0;
  }

  /** Until {@link ends}. */
  begins(id: string): void {
    this.#running.push(id);
  }

  ends(id: string): void {
    const at = this.#running.indexOf(id);
    if (at >= 0) this.#running.splice(at, 1);
    const next = this.#waiting?.get(id);
    this.#waiting?.delete(id);
    next?.();
  }

  /** Calls `begin` once the operation of this id has ended. False where one waits for that already. */
  wait(id: string, begin: () => void): boolean {
    if (this.#waiting?.has(id)) return false;
    this.#waiting ??= new Map();
    this.#waiting.set(id, begin);
    return true;
  }

  /** The client has completed what waits. */
  complete(id: string): void {
    this.#waiting?.delete(id);
  }

  /** The connection is gone: nothing begins any more. */
  clear(): void {
    this.#waiting?.clear();
  }
}
