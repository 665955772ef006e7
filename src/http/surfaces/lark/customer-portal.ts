import { Type, type Static } from 'typebox';
import { Refusal } from '../../../core/problems.js';
import { createSetupLink } from '../../../service/payment-method.js';
import { ownUrlOf } from '../../own-url.js';
import type { Call, Route } from './route.js';
import { asSubject } from './subject.js';

/** The page on which a subject looks after its billing. Source: contracts/lark.md section 3. */

const SessionBody = Type.Object({ subject_id: Type.String(), return_url: Type.String({ minLength: 1, description: 'Where the page leads back to' }) });

export const CUSTOMER_PORTAL_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/customer-portal/sessions', right: 'wallet:write', summary: 'Make the address of the page on which a subject puts a card on file', body: SessionBody, result: Type.Object({ url: Type.String() }), work: { act: openSession } },
];

async function openSession({ engine, request, subject }: Call): Promise<{ url: string }> {
  const { subject_id: subjectId, return_url: returnUrl } = request.body as Static<typeof SessionBody>;
  const customerId = await subject(subjectId);
  const returns = { successUrl: returnUrl, backUrl: returnUrl, ownUrl: ownUrlOf(request) };
  return { url: await createSetupLink(engine, customerId, returns).catch(asSubject).catch(asReturnUrl) };
}

/** Both ways back are one here. */
function asReturnUrl(error: unknown): never {
  if (!(error instanceof Refusal) || error.slug !== 'invalid_request') throw error;
  const wrong = error.errors.find(({ pointer }) => pointer === '/success_url');
  throw wrong === undefined ? error : new Refusal('invalid_request', error.message, [{ ...wrong, pointer: '/return_url' }]);
}
