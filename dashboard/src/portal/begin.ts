import { isProblem } from '@paidup/sdk';
import { openSession, readSession, type Session } from '../session/session-call.js';
import { link } from './link.js';

/** Why the link opened nothing; null when it did, or when there was none. */
export interface LinkFault {
  detail: string;
}

let fault: LinkFault | null = null;

export function linkFault(): LinkFault | null {
  return fault;
}

/** A link stands above the session that the browser has. @throws PaidupProblem, PaidupUnreachable */
export async function begin(): Promise<Session | null> {
  if (link === undefined) return readSession('portal');
  try {
    return await openSession({ link });
  } catch (error) {
    if (!isProblem(error, 'unauthorized') && !isProblem(error, 'invalid_request')) throw error;
    fault = { detail: isProblem(error, 'unauthorized') ? error.detail : 'This is no link to the portal.' };
    return null;
  }
}
