import { describe, expect, it } from 'vitest';
import { canceled, event, meter, plan, subscription, usage } from '../../test/support/core.js';
import { eventMatches, type Uncounted } from './event-match.js';
import type { UsageEvent } from './event.js';
import type { Meter } from './meter.js';
import type { Subscription } from './subscription.js';

const CALLS = meter('calls');
const PRO = subscription({ plan: plan({ prices: [usage('calls')] }) });
const ENDED = subscription({ plan: plan({ prices: [usage('calls')] }), changes: [canceled('2026-01-10', '2026-01-10')] });
const WITHOUT = subscription({ plan: plan({ prices: [usage('texts')] }) });

describe('what an event is to meters and windows', () => {
  it.each<[string, { event?: UsageEvent; meters?: readonly Meter[]; subscriptions?: readonly Subscription[] }, [meters: string[], windows: string[], why: Uncounted | null]]>([
    ['it counts', {}, [['calls'], ['2026-01-01'], null]],
    ['in two subscriptions', { subscriptions: [PRO, subscription({ id: 'sub_2', plan: plan({ prices: [usage('calls')] }), startsAt: '2026-01-15' })] }, [['calls'], ['2026-01-01', '2026-01-15'], null]],
    ['nothing counts its name', { meters: [] , subscriptions: [WITHOUT] }, [[], [], 'no_meter']],
    ['it lacks what is measured', { event: event('e', '2026-01-20T00:00:00Z', 1, { properties: { n: 'many' } }) }, [[], [], 'not_measurable']],
    ['the subscription had ended', { subscriptions: [ENDED] }, [['calls'], [], 'no_subscription']],
    ['it was before the subscription', { event: event('e', '2025-12-31T23:59:59.999Z') }, [['calls'], [], 'no_subscription']],
    ['there is no subscription', { subscriptions: [] }, [['calls'], [], 'no_subscription']],
    ['no price of the plan counts it', { subscriptions: [WITHOUT] }, [['calls'], [], 'no_price']],
  ])('%s', (_case, { event: asked = event('e', '2026-01-20T00:00:00Z'), meters = [CALLS], subscriptions = [PRO] }, [codes, windows, why]) => {
    const found = eventMatches({ event: asked, meters, subscriptions });

    expect(found.meters.map(({ code }) => code)).toEqual(codes);
    expect(found.matches.map(({ window }) => new Date(window.startsAt).toISOString().slice(0, 10))).toEqual(windows);
    expect(found.uncounted).toBe(why);
  });
});
