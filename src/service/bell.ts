/** Wakes those who wait for something to happen, and counts how often it did. A hint, never the truth. */
export class Bell {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  get count(): number {
    return this.#count;
  }

  ring(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves once it has rung since it had rung `seen` times, after `waitMs`, or when the signal fires. */
  async after(seen: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (seen !== this.#count || signal.aborted || waitMs <= 0) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
