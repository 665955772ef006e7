import { notFound } from '../core/problems.js';
import type { SetupCard, SetupLink } from '../provider/port.js';
import type { Engine } from './engine.js';
import { setPaymentMethod } from './payment-method.js';

/** What the page on which a card is put on file shows. */
export interface OpenedSetupPage {
  readonly link: SetupLink;
  readonly cards: readonly SetupCard[];
}

/** The page behind a link; undefined when the link is not good (any more). @throws Refusal `not_found` when the provider has a page of its own. */
export async function openSetupPage(engine: Engine, token: string): Promise<OpenedSetupPage | undefined> {
  const { setupPage } = engine.provider;
  if (setupPage === undefined) throw notFound('page', 'checkout');
  const link = await setupPage.openLink(token, engine.clock.now());
  return link === undefined ? undefined : { link, cards: setupPage.cards };
}

/** Puts the card that was chosen on file, and says where to go on. @throws Refusal `invalid_request`, `not_found`. */
export async function chooseCard(engine: Engine, { link }: OpenedSetupPage, card: string): Promise<string> {
  await setPaymentMethod(engine, link.customerId, card);
  return link.successUrl;
}
