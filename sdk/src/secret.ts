/** A key, and what keeps it out of everything that is shown. */
export interface Secret {
  readonly key: string;
  /** The text without the key. */
  scrub(text: string): string;
  /** What an error of fetch says, in a few words. */
  reasonOf(error: unknown): string;
  /** The error and its causes, without the key: a fetch of your own may put the whole request into its errors. */
  copyOf(error: unknown): Error;
}

const DEEPEST_CAUSE = 4;

/** @throws TypeError when no header can hold the key; the message does not quote it. */
export function readSecret(key: string): Secret {
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key)) throw new TypeError('key must be an API key: printable ASCII without spaces.');
  const scrub = (text: string): string => text.replaceAll(key, '[key]');
  return {
    key,
    scrub,
    reasonOf: (error) => scrub(causes(error).map(({ code, message }) => code ?? message).findLast((words) => words !== '') ?? 'no reason given'),
    copyOf: (error) => causes(error).reduceRight<Error | undefined>((cause, { message, code }) => errorOf({ message: scrub(message), code, cause }), undefined) ?? new Error('no reason given'),
  };
}

/** The error and its causes, outermost first. */
function causes(error: unknown): Array<{ message: string; code: string | undefined }> {
  const found: Array<{ message: string; code: string | undefined }> = [];
  for (let each = error; each !== undefined && each !== null && found.length < DEEPEST_CAUSE; each = (each as { cause?: unknown }).cause) {
    const { message, code } = each as { message?: unknown; code?: unknown };
    found.push({ message: typeof message === 'string' ? message : typeof each === 'string' ? each : '', code: typeof code === 'string' ? code : undefined });
  }
  return found;
}

function errorOf({ message, code, cause }: { message: string; code: string | undefined; cause: Error | undefined }): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  return code === undefined ? error : Object.assign(error, { code });
}
