import { EXIT } from './exit.js';

/** Whether somebody has asked this process to stop. */
export interface Stop {
  readonly isRequested: boolean;
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly requested: Promise<void>;
}

/** npm passes on the Ctrl-C that the terminal has already sent to everybody: the same request, a few milliseconds later. */
const ECHO_MS = 100;

/** From now on the first signal asks to stop and a second one ends the process at once. */
export function watchSignals(): Stop {
  let requestedAt: number | undefined;
  let resolve: () => void = () => undefined;
  const requested = new Promise<void>((done) => {
    resolve = done;
  });
  const onSignal = (): void => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
      resolve();
    } else if (performance.now() - requestedAt > ECHO_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    requested,
    get isRequested() {
      return requestedAt !== undefined;
    },
  };
}
