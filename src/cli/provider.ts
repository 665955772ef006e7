import type { PaymentProvider } from '../provider/port.js';
import { createSandbox, type Sandbox } from '../provider/sandbox.js';
import { createStripe } from '../provider/stripe.js';
import type { Database } from '../store/database.js';
import { ensureStoreFact, selectStoreFact, setStoreFact } from '../store/store-fact.js';
import { Misuse } from './exit.js';
import { settingOf, wordOf } from './setting.js';

/** What says which payment provider a server uses, as it was written. */
export interface ProviderFlags {
  readonly provider?: string;
  readonly demo?: true;
  readonly sandbox?: true;
}

export const PROVIDERS = ['sandbox', 'stripe'] as const;

/** The payment provider that flags and environment name, once there is a store. Nothing of it is asked yet. @throws Misuse. */
export function providerOf(flags: ProviderFlags): (database: Database) => PaymentProvider {
  const name = wordOf(PROVIDERS, settingOf({ flag: '--provider', variable: 'PAIDUP_PROVIDER' }, flags.provider), 'sandbox');
  if (name === 'sandbox') return sandboxOver;
  if (flags.demo === true) throw new Misuse('--demo pays with cards of the sandbox: it does not go with the provider stripe');
  if (flags.sandbox === true) throw new Misuse('--sandbox has a clock of its own, by which Stripe cannot be asked: it does not go with the provider stripe');
  const url = stripeUrl();
  const stripe = createStripe({ secretKey: secretOf('STRIPE_SECRET_KEY', 'the secret key of your account (sk_… or rk_…)'), webhookSecret: secretOf('STRIPE_WEBHOOK_SECRET', 'the signing secret of your webhook endpoint (whsec_…)'), url });
  return () => stripe;
}

/** The sandbox whose memory is the store's: a restart, or another process on the same store, finds the same cards and links. */
export function sandboxOver(database: Database): Sandbox {
  return createSandbox({
    read: (name) => selectStoreFact(database, name),
    write: (name, value) => setStoreFact(database, name, value),
    ensure: (name, value) => ensureStoreFact(database, name, value),
  });
}

/** A secret, which no message repeats. */
function secretOf(variable: string, what: string): string {
  const secret = process.env[variable] ?? '';
  if (secret === '') throw new Misuse(`the provider stripe needs ${variable}: ${what}`);
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new Misuse(`${variable} must be one word: ${what}`);
  return secret;
}

/** Where Stripe is, when it is a stand-in. */
function stripeUrl(): URL | undefined {
  const text = process.env['PAIDUP_STRIPE_URL'] ?? '';
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && `${url.search}${url.hash}${url.username}${url.password}` === '';
  if (!isOrigin) throw new Misuse('PAIDUP_STRIPE_URL must be an address such as http://127.0.0.1:12111');
  return url;
}
