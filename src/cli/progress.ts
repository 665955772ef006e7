import type { Progress } from '../transfer/turns.js';

const BAR = 30;
/** Lines that a run leaves in a log, about. */
const LINES = 10;

/** Tells how far something has come: as a bar that grows on a terminal, else as a few lines. `end` leaves the cursor on a new line. */
export function progressOn(stream: NodeJS.WriteStream, noun: string): { readonly tell: (progress: Progress) => void; readonly end: () => void } {
  let told = -1;
  let isOpen = false;
  return {
    tell: ({ done, total }) => {
      if (stream.isTTY) {
        const filled = total === 0 ? BAR : Math.floor((done / total) * BAR);
        stream.write(`\r[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] ${done} of ${total} ${noun}`);
        isOpen = true;
        return;
      }
      const step = total === 0 ? LINES : Math.floor((done / total) * LINES);
      if (step === told) return;
      told = step;
      stream.write(`${done} of ${total} ${noun}\n`);
    },
    end: () => {
      if (isOpen) stream.write('\n');
      isOpen = false;
    },
  };
}
