/**
 * Ids of one connection's operations, from their start to their end. The protocol's library knows an operation by its id
 * alone: of one that was completed and another that begins with its id before the first has come to its end, it takes the
 * one for the other, tells both, and leaves one running that nobody can end. So the other waits here.
 */
export class OperationIds {
  readonly #running = new Map<string, Promise<void>>();
  /** Called once the operation of the same id has ended. */
  readonly #waiting = new Map<string, () => void>();

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** `ended` settles when the operation has ended. */
  begins(id: string, ended: Promise<unknown>): void {
    const end = () => {
      this.#running.delete(id);
      const next = this.#waiting.get(id);
      this.#waiting.delete(id);
      next?.();
    };
    this.#running.set(id, ended.then(end, end));
  }

  /** Calls `begin` once the operation of this id has ended. False where one waits for that already. */
  wait(id: string, begin: () => void): boolean {
    if (this.#waiting.has(id)) return false;
    this.#waiting.set(id, begin);
    return true;
  }

  /** The client has completed what waits. */
  complete(id: string): void {
    this.#waiting.delete(id);
  }

  /** The connection is gone: nothing begins any more. */
  clear(): void {
    this.#waiting.clear();
  }
}
