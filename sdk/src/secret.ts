/** What a client shows of itself: a key, or the token of a browser's session; and what keeps that out of everything that is shown. */
export interface Secret {
  /** What goes with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The text without the key. */
  scrub(text: string): string;
  /** What an error of fetch says, in a few words. */
  reasonOf(error: unknown): string;
  /** The error and its causes, without the key: a fetch of your own may put the whole request into its errors. */
  copyOf(error: unknown): Error;
}

const DEEPEST_CAUSE = 4;

/** @throws TypeError for both at once, and when no header can hold what is given; the message does not quote it. */
export function readSecret(given: { key?: string | undefined; csrfToken?: string | undefined }): Secret {
  const { key, csrfToken } = given;
  if (key !== undefined && csrfToken !== undefined) throw new TypeError('give either key or csrfToken.');
  const shown = 'key' in given && csrfToken === undefined ? key : csrfToken;
  const isNeither = !('key' in given) && csrfToken === undefined;
  if (!isNeither && (typeof shown !== 'string' || !/^[\x21-\x7e]+$/.test(shown))) throw new TypeError('key must be an API key: printable ASCII without spaces.');
  const scrub = (text: string): string => (shown === undefined ? text : text.replaceAll(shown, '[key]'));
  return {
    headers: headersOf(given),
    scrub,
    reasonOf: (error) => scrub(causes(error).map(({ code, message }) => code ?? message).findLast((words) => words !== '') ?? 'no reason given'),
    copyOf: (error) => causes(error).reduceRight<Error | undefined>((cause, { message, code }) => errorOf({ message: scrub(message), code, cause }), undefined) ?? new Error('no reason given'),
  };
}

function headersOf({ key, csrfToken }: { key?: string | undefined; csrfToken?: string | undefined }): Record<string, string> {
  if (key !== undefined) return { authorization: `Bearer ${key}` };
  return csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken };
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
