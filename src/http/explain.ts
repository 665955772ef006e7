import { explainPeriod, explainUsage, type Explanation } from '../core/explain.js';
import type { Credit } from '../core/credit.js';
import { decimalText } from '../core/decimal.js';
import { FOREVER, instantText } from '../core/instant.js';
import { moneyText } from '../core/money.js';
import type { BillingState } from '../core/state.js';
import type { Wallet } from '../core/wallet.js';
import { amountText, explanationView, invoiceView } from './invoice-view.js';

/** A state's view with why each figure is what it is: usage and invoice lines in place, the rest under `explanations`. */
export function explainedView<View extends { usage: readonly object[] }>(view: View, state: BillingState): object {
  const { id } = state.customer;
  return {
    ...view,
    usage: view.usage.map((usage, index) => {
      const source = state.usage[index];
      return source === undefined ? usage : { ...usage, explanation: explanationView(explainUsage(source), id) };
    }),
    upcoming_invoice: state.upcomingInvoice === null ? null : invoiceView(state.upcomingInvoice, { isExplained: true, customerId: id }),
    explanations: Object.fromEntries(explanations(state).map(([name, explanation]) => [name, explanationView(explanation, id)])),
  };
}

function explanations(state: BillingState): Array<readonly [string, Explanation]> {
  return [
    ...state.subscriptions.flatMap((one) => (one.currentPeriod === null ? [] : [[`subscriptions/${one.subscription.id}/current_period`, explainPeriod(one.subscription, state.asOf)] as const])),
    ...state.wallets.map((wallet) => [`wallet/${wallet.currency}`, explainWallet(wallet)] as const),
    ['owed', explainOwed(state)],
    ['access', explainAccess(state)],
    ...state.entitlements.map((entitlement) => {
      const { feature, limit, used, resetsAt } = entitlement;
      const explanation: Explanation = {
        rule: 'entitlement',
        policy: { combine: feature.combine === 'add' ? 'limits of several sources add' : 'the larger of several sources' },
        inputs: { feature: feature.code, limit: limit === null || limit === 'unlimited' ? (limit ?? 'none') : decimalText(limit), used: used === null ? 'not counted' : decimalText(used) },
        steps: [`granted by the live subscriptions: ${entitlement.isGranted ? 'yes' : 'no'}`, ...(resetsAt === null ? [] : [`what was used starts anew at ${instantText(resetsAt)}`])],
        events: null,
      };
      return [`entitlements/${feature.code}`, explanation] as const;
    }),
  ];
}

function explainWallet({ balance, held, accrued, available, credits }: Wallet): Explanation {
  return {
    rule: 'wallet',
    policy: {
      posting: 'usage weighs on what is available at once, and is posted when it is settled',
      burn_order: 'priority, granted before purchased, earliest expiry, creation, id',
    },
    inputs: { balance: moneyText(balance), held: moneyText(held), accrued: moneyText(accrued) },
    steps: ['balance = the sum of the ledger entries of the wallet, without what has expired', ...credits.map(creditStep), `available = ${moneyText(balance)} - ${moneyText(held)} held - ${moneyText(accrued)} accrued = ${amountText(available)}`],
    events: null,
  };
}

function creditStep({ remaining, kind, priority, expiresAt }: Credit): string {
  // What usage had used up when the rest of its credit expired goes before everything else.
  const terms = priority < 0 ? 'spoken for by usage' : `${kind}, priority ${priority}${expiresAt === FOREVER ? '' : `, until ${instantText(expiresAt)}`}`;
  return `${amountText(remaining)} is left of credit that is ${terms}`;
}

function explainOwed({ owed }: BillingState): Explanation {
  return {
    rule: 'owed',
    policy: { counts: 'issued invoices, and those that are due and not written down yet' },
    inputs: {},
    steps: [`what invoices claim, less what the wallet paid, was paid, credited or written off: ${amountText(owed)}`],
    events: null,
  };
}

function explainAccess({ access }: BillingState): Explanation {
  return {
    rule: 'access',
    policy: { overage: 'reached when strictly more is used than included and carried; a blocked allowance ends when nothing is left' },
    inputs: { allowed: String(access.isAllowed) },
    steps: access.reasons.length === 0 ? ['a subscription is active or in trial, and nothing that is blocked is used up'] : access.reasons.map((reason) => reason.detail),
    events: null,
  };
}
