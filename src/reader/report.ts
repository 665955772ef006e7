import { toAddress, type Source } from './call.js';
import { digaHeaders, digaMessage, readDiga } from './diga.js';
import { docspaceHeaders, docspaceMessage, docspaceRefusal, readDocspace } from './docspace.js';
import { larkHeaders, larkMessage, readLark } from './lark.js';
import { paidupHeaders, paidupMessage, readPaidup } from './paidup.js';
import type { Section } from './section.js';

/** The dialects a report can be read in. */
export const dialects = ['docspace', 'diga', 'lark', 'paidup'] as const;

/** One of the four APIs that tell a billing state. */
export type Dialect = (typeof dialects)[number];

/** What one customer's billing state looked like to one client; holds no key. */
export interface Report {
  dialect: Dialect;
  /** Without credentials, query and last slash. */
  url: string;
  subject: string | null;
  /** In a fixed order per dialect. */
  sections: Section[];
}

/** What to read: `subject` names the customer where the key alone does not (lark, paidup). */
export interface ReportRequest {
  dialect: Dialect;
  url: string;
  key: string;
  subject?: string | undefined;
  /** Node's own unless given. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Limit for each call; 30,000 unless given. */
  timeoutMs?: number | undefined;
}

/** Whether the text names a dialect. */
export function isDialect(name: string): name is Dialect {
  return dialects.some((dialect) => dialect === name);
}

/** Whether a report in this dialect must be told whose it is. */
export function hasSubject(dialect: Dialect): boolean {
  return dialect === 'lark' || dialect === 'paidup';
}

/**
 * Reads every section of a report, the calls side by side. Never throws: a call that fails (status, connection,
 * time-out, broken JSON), or cannot be made (bad address, no subject), is a failed section and the others go on.
 */
export async function readReport(request: ReportRequest): Promise<Report> {
  const subject = hasSubject(request.dialect) ? (request.subject ?? '') : null;
  return {
    dialect: request.dialect,
    url: toAddress(request.url) ?? '(not an http or https address)',
    subject,
    sections: await readSections(request, subject ?? ''),
  };
}

function readSections(request: ReportRequest, subject: string): Promise<Section[]> {
  const { dialect, url, key } = request;
  const target = { url, key, fetch: request.fetch ?? globalThis.fetch, timeoutMs: request.timeoutMs ?? 30_000 };
  const source = (own: Pick<Source, 'headers' | 'toMessage' | 'toRefusal'>): Source => ({ ...target, ...own });
  switch (dialect) {
    case 'docspace':
      return readDocspace(
        source({ headers: docspaceHeaders(key), toMessage: docspaceMessage, toRefusal: docspaceRefusal }),
      );
    case 'diga':
      return readDiga(source({ headers: digaHeaders(key), toMessage: digaMessage }));
    case 'lark':
      return readLark(source({ headers: larkHeaders(key), toMessage: larkMessage }), subject);
    case 'paidup':
      return readPaidup(source({ headers: paidupHeaders(key), toMessage: paidupMessage }), subject);
  }
}
