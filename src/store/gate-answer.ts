import { decimal, type Decimal } from '../core/decimal.js';
import type { GateAnswer } from '../core/gate.js';
import { fromMoneyJson, toMoneyJson, type MoneyJson } from './json.js';

type Exact = 'quantity' | 'limit' | 'used' | 'held' | 'remaining' | 'cost' | 'shortfall';

/** An answer of the gate as it is kept: decimals as text, instants in milliseconds. */
interface AnswerJson extends Omit<GateAnswer, Exact> {
  readonly quantity: string;
  readonly limit: string | null;
  readonly used: string | null;
  readonly held: string;
  readonly remaining: string | null;
  readonly cost: MoneyJson | null;
  readonly shortfall: MoneyJson | null;
}

export function toAnswerText(answer: GateAnswer): string {
  const { quantity, limit, used, held, remaining, cost, shortfall, ...rest } = answer;
  const json: AnswerJson = {
    ...rest,
    quantity: quantity.toFixed(),
    limit: limit === 'unlimited' ? limit : textOf(limit),
    used: textOf(used),
    held: held.toFixed(),
    remaining: textOf(remaining),
    cost: cost === null ? null : toMoneyJson(cost),
    shortfall: shortfall === null ? null : toMoneyJson(shortfall),
  };
  return JSON.stringify(json);
}

export function fromAnswerText(text: string): GateAnswer {
  const { quantity, limit, used, held, remaining, cost, shortfall, ...rest } = JSON.parse(text) as AnswerJson;
  return {
    ...rest,
    quantity: decimal(quantity),
    limit: limit === 'unlimited' ? limit : decimalOf(limit),
    used: decimalOf(used),
    held: decimal(held),
    remaining: decimalOf(remaining),
    cost: cost === null ? null : fromMoneyJson(cost),
    shortfall: shortfall === null ? null : fromMoneyJson(shortfall),
  };
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : value.toFixed();
}

function decimalOf(text: string | null): Decimal | null {
  return text === null ? null : decimal(text);
}
