import { describe, expect, it } from 'vitest';
import type { Currency } from '../core/currency.js';
import { instant } from '../core/instant.js';
import { ProviderUnavailable, type ChargeInput, type Webhook } from './port.js';
import { createSandbox, type SandboxMemory } from './sandbox.js';

const AT = instant(Date.UTC(2026, 2, 10));
const RETURN = { successUrl: 'https://shop.example.com/ok', backUrl: 'https://shop.example.com/back' };

/** What a store keeps when a process ends. */
function lasting(): SandboxMemory {
  const facts = new Map<string, string>();
  return {
    read: (name) => Promise.resolve(facts.get(name)),
    write: (name, value) => Promise.resolve(void facts.set(name, value)),
    ensure: (name, value) => Promise.resolve(facts.get(name) ?? (facts.set(name, value), value)),
  };
}

const chargeOf = (card: string, key = 'pay_1'): ChargeInput => ({
  idempotencyKey: key, customerReference: 'sandbox_cus_1', customerId: 'cus_1', paymentMethodId: `pm_sandbox_${card}`, money: { minor: 1000n, currency: 'EUR' as Currency }, description: 'Top-up', requestedAt: AT,
});
const SUCCEEDED = { outcome: 'succeeded', reference: 'sandbox_pay_1' };

describe('a card of the sandbox', () => {
  it.each<[string, object]>([
    ['card_succeeds', SUCCEEDED], ['card_answers_twice', SUCCEEDED],
    ['card_declines', { outcome: 'declined', reason: 'insufficient_funds' }], ['card_expired', { outcome: 'declined', reason: 'expired_card' }], ['card_needs_action', { outcome: 'declined', reason: 'authentication_required' }],
  ])('%s gives the same answer however often it is asked, in any process', async (card, result) => {
    for (const sandbox of [createSandbox(), createSandbox()]) {
      for (let time = 0; time < 3; time += 1) expect(await sandbox.charge(chargeOf(card))).toEqual(result);
    }
  });

  it('that times out loses its first answer, and gives it to whoever asks again, after a restart too', async () => {
    const memory = lasting();
    await expect(createSandbox(memory).charge(chargeOf('card_times_out'))).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(await createSandbox(memory).charge(chargeOf('card_times_out'))).toEqual(SUCCEEDED);
    await expect(createSandbox(memory).charge(chargeOf('card_times_out', 'pay_2'))).rejects.toBeInstanceOf(ProviderUnavailable);
  });

  it('that answers twice tells so by two signed webhooks, once', async () => {
    const sandbox = createSandbox();
    const sent: Webhook[] = [];
    sandbox.sendWebhooksTo((webhook) => sent.push(webhook));
    for (let time = 0; time < 2; time += 1) await sandbox.charge(chargeOf('card_answers_twice'));
    await sandbox.charge(chargeOf('card_succeeds', 'pay_2'));
    expect(await Promise.all(sent.map((webhook) => sandbox.parseWebhook(webhook)))).toEqual(Array.from({ length: 2 }, () => ({ type: 'payment_changed', customerId: 'cus_1', paymentId: 'pay_1' })));
  });

  it('that is not known is not decided about: another provider may have taken the money', async () => {
    await expect(createSandbox().charge({ ...chargeOf('card_succeeds'), paymentMethodId: 'pm_1234' })).rejects.toBeInstanceOf(ProviderUnavailable);
  });

  it('is given back, unless its name says otherwise', async () => {
    const sandbox = createSandbox();
    const refund = async (card: string) => {
      const charged = await sandbox.charge(chargeOf(card));
      return sandbox.refund({ idempotencyKey: 'refund_1', chargeReference: charged.outcome === 'succeeded' ? charged.reference : '', money: { minor: 1n, currency: 'EUR' as Currency } });
    };
    expect(await refund('card_succeeds')).toEqual({ outcome: 'succeeded', reference: 'sandbox_refund_refund_1' });
    expect(await refund('card_keeps_refunds')).toEqual({ outcome: 'declined', reason: 'refund_declined' });
    expect(await refund('card_declines')).toEqual({ outcome: 'declined', reason: 'unknown_charge' });
  });

  it('stays on file over a restart, until it is removed', async () => {
    const memory = lasting();
    const customerReference = await createSandbox(memory).createCustomer({ customerId: 'cus_1', name: null, email: null });
    const method = await createSandbox(memory).attachPaymentMethod({ customerReference, customerId: 'cus_1', token: 'card_declines' });
    expect(await createSandbox(memory).listPaymentMethods(customerReference)).toEqual([method]);
    await createSandbox(memory).removePaymentMethods(customerReference);
    expect(await createSandbox(memory).listPaymentMethods(customerReference)).toEqual([]);
  });
});

describe('a link to the page of the sandbox', () => {
  async function link(memory: SandboxMemory): Promise<string> {
    const { url } = await createSandbox(memory).createSetupLink({ customerReference: 'sandbox_cus_1', customerId: 'cus_1', ...RETURN, ownUrl: 'http://127.0.0.1:4610', at: AT });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:4610\/sandbox\/checkout\/[\w.-]+$/);
    return url.slice(url.lastIndexOf('/') + 1);
  }
  const open = (memory: SandboxMemory, token: string, afterMs = 0) => createSandbox(memory).setupPage?.openLink(token, instant(AT + afterMs));

  it('is good for a day, over a restart', async () => {
    const memory = lasting();
    const token = await link(memory);
    expect(await open(memory, token, 23 * 3_600_000)).toEqual({ customerId: 'cus_1', ...RETURN });
    expect(await open(memory, token, 24 * 3_600_000)).toBeUndefined();
  });

  it('cannot be made elsewhere, changed, or made of a webhook', async () => {
    const memory = lasting();
    const token = await link(memory);
    const [text = '', seal = ''] = token.split('.');
    const changed = Buffer.from(Buffer.from(text, 'base64url').toString().replace('cus_1', 'cus_2')).toString('base64url');
    const { headers } = await createSandbox(memory).webhookOf({ type: 'ignored' });
    const forged = ['', '.', text, `${text}.`, `${changed}.${seal}`, `${token}.${seal}`, `${token}x`, `${text}.${String(headers['paidup-sandbox-signature'])}`, await link(lasting())];
    for (const each of forged) expect(await open(memory, each), each).toBeUndefined();
  });
});
