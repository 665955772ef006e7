import { Type, type Static } from 'typebox';
import { invalidInput } from '../../../core/problems.js';
import { isWebAddress } from '../../../service/payment-method.js';
import { createPortalLink } from '../../../service/portal-link.js';
import { ownUrlOf } from '../../own-url.js';
import { portalUrl } from '../../portal-link.js';
import type { Call, Route } from './route.js';
import { asSubject } from './subject.js';

/** The page on which a subject looks after its billing: the customer portal. Source: contracts/lark.md section 3. */

const SessionBody = Type.Object({ subject_id: Type.String(), return_url: Type.String({ minLength: 1, description: 'Where the page leads back to' }) });

/** For how long the address opens the portal. Lark says nothing of it; a browser is sent there at once. */
const LIFETIME_MS = 3_600_000;

export const CUSTOMER_PORTAL_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/customer-portal/sessions', right: 'wallet:write', summary: 'Make the address of the page on which a subject looks after its billing', body: SessionBody, result: Type.Object({ url: Type.String() }), work: { act: openSession } },
];

async function openSession({ engine, request, subject }: Call): Promise<{ url: string }> {
  const { subject_id: subjectId, return_url: returnUrl } = request.body as Static<typeof SessionBody>;
  if (!isWebAddress(returnUrl)) throw invalidInput([{ pointer: '/return_url', detail: 'must be an address that begins with https:// or http://' }]);
  const customer = await subject(subjectId);
  const { link } = await createPortalLink(engine, { customer, scopes: [], returnUrl, lifetimeMs: LIFETIME_MS }).catch(asSubject);
  return { url: portalUrl(ownUrlOf(request), link) };
}
