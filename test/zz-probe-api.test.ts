import { it } from 'vitest';
import { startPaidup } from './support/app.js';
import { at } from './support/core.js';
import { verifyStore } from '../src/service/verify.js';
const rng = (seed: number) => () => { seed = (seed * 1664525 + 1013904223) % 4294967296; return seed / 4294967296; };
const faults = new Map<string, number>();
it('random', async () => {
  for (let seed = Number(process.env.FROM ?? 1); seed <= Number(process.env.SEEDS ?? 25); seed += 1) {
    const r = rng(seed * 7919); const pick = <T>(l: readonly T[]): T => l[Math.floor(r() * l.length)] as T;
    const p = await startPaidup({ now: at('2026-01-31T00:00:00Z'), isSandbox: true });
    const log: string[] = [];
    const call = async (m: any, u: string, b?: any) => { const x = await p.call<any>(m, u, b); log.push(`${x.status} ${m} ${u} ${JSON.stringify(b) ?? ''}`); if (x.status >= 500) { console.log('500!', seed, log.slice(-6).join('\n'), x.body); } return x; };
    await call('PUT', '/v1/meters/h', { event_name: 'work', aggregation: 'sum', property: 'hours' });
    await call('PUT', '/v1/features/f', { type: 'flag' }); await call('PUT', '/v1/features/l', { type: 'limit' });
    const unit = () => pick(['month', 'month', 'month', 'year', 'week']);
    for (const code of ['a', 'b', 'c']) {
      const x = await call('PUT', `/v1/plans/${code}`, {
        currency: 'EUR', interval: { unit: unit(), count: 1 }, alignment: pick(['anniversary', 'calendar']), proration: pick(['by_second', 'by_day', 'none']), invoice_grace_hours: 0, minimum: pick([null, '50']), maximum: pick([null, null, '60']), wallet_credit: pick(['applied', 'kept']), trial_days: pick([0, 0, 5]), invoice_series: pick(['INV', 'INV', 'X']), 
        features: [{ feature: 'l', limit: String(Math.floor(r() * 10)), per_quantity_of: 'seat' }, ...(r() < 0.5 ? [{ feature: 'f', granted: true }] : [])],
        prices: [{ code: 'seat', type: 'fixed', amount: (r() * 40).toFixed(2), per_seat: true }, { code: 'h', type: 'usage', meter: 'h', included: pick(['0', '5']), model: { type: 'per_unit', amount: '1.37' }, window: pick([null, { unit: 'month' }, { unit: 'week' }, { unit: 'lifetime' }]), rollover: pick([null, { cap: { multiple: '1' } }]), paid_from: pick(['invoice', 'invoice', 'wallet']) }],
      });
      if (x.status !== 200) console.log(x.body);
    }
    await call('PUT', '/v1/coupons/q', { percent_off: '25', duration: pick(['once', 'forever', { periods: 2 }]) }); await call('PUT', '/v1/coupons/m', { amount_off: '7', currency: 'EUR', duration: pick(['once', 'forever', { periods: 2 }]) });
    await call('POST', '/v1/customers', { external_id: 'x', currency: 'EUR', timezone: pick(['UTC', 'Europe/Madrid', 'America/New_York']) });
    if (r() < 0.6) await call('PUT', '/v1/customers/x/payment-method', { token: 'card_succeeds' });
    if (r() < 0.5) await call('PUT', '/v1/customers/x/tax', { rates: [{ name: 'VAT', percent: '21', inclusive: r() < 0.5 }] });
    if (r() < 0.4) await call('POST', '/v1/customers/x/top-ups', { amount: '30' });
    const subs: string[] = []; let e = 0;
    const strip = (o: any): any => JSON.parse(JSON.stringify(o).replace(/sub_[A-Za-z0-9]+/g, (id) => (subs.includes(id) ? id : 'sub_new')));
    const totals = ({ date, currency, lines, subtotal, taxes, tax, total, wallet_credit, amount_due }: any) => ({ date, currency, lines, subtotal, taxes, tax, total, wallet_credit, amount_due });
    const fault = (what: string, a?: any, b?: any) => { const n = (faults.get(what) ?? 0) + 1; faults.set(what, n); if (n <= 2) console.log('FAULT', what, 'seed', seed, '\n', log.filter((l) => !/preview|GET|plans|meters/.test(l)).slice(-12).join('\n '), '\n A', JSON.stringify(a)?.slice(0, 1500), '\n B', JSON.stringify(b)?.slice(0, 1500)); };
    for (let step = 0; step < 30; step += 1) {
      const k = r(); const now = p.clock.now();
      if (k < 0.3) {
        const state = (await call('GET', '/v1/customers/x/state?explain=true')).body;
        const up = state.upcoming_invoice;
        if (up !== null && r() < 0.6 && state.draft_invoices.length === 0) {
          const future = (await call('GET', `/v1/customers/x/state?at=${up.date}`)).body;
          await call('POST', '/v1/sandbox/clock', { set: up.date });
          const st = (await call('GET', '/v1/customers/x/state')).body;
          const later = (await call('GET', '/v1/customers/x/invoices?limit=200')).body.data.filter((i: any) => i.date === up.date).reverse();
          const explained = await Promise.all(later.map(async (i: any) => totals((await call('GET', `/v1/invoices/${i.id}?explain=true`)).body)));
          const one = explained.find((i: any) => i.currency === up.currency && JSON.stringify(i) === JSON.stringify(up));
          if (one === undefined) fault('upcoming differs from issued', up, explained);
          for (const key of ['subscriptions', 'usage', 'entitlements', 'wallet', 'owed', 'access', 'upcoming_invoice', 'draft_invoices']) if (JSON.stringify(future[key]) !== JSON.stringify(st[key])) fault(`future state differs: ${key}`, future[key], st[key]);
        } else await call('POST', '/v1/sandbox/clock', { advance: { days: Math.floor(r() * 40), hours: Math.floor(r() * 24) } });
      } else if (k < 0.45) {
        await call('POST', '/v1/events', { events: [{ id: `e${(e += 1)}`, customer: 'x', name: 'work', timestamp: new Date(now - Math.floor(r() * r() * 50) * 86400000).toISOString(), properties: { hours: (r() * 20).toFixed(1) } }] });
      } else {
        const sub = pick(subs); const P = () => pick([undefined, 'prorate', 'by_second', 'by_day', 'difference', 'none']);
        const soon = () => new Date(now + Math.floor(r() * 60) * 86400000).toISOString();
        let url: string, body: any;
        if (sub === undefined || r() < 0.12) { url = '/v1/customers/x/subscriptions'; body = { plan: pick(['a', 'b', 'c']), quantities: { seat: String(1 + Math.floor(r() * 4)) }, ...(r() < 0.3 ? { coupon: pick(['q', 'm']) } : {}), ...(r() < 0.3 && sub ? { addon_of: sub } : {}), ...(r() < 0.2 ? { billing_anchor: soon() } : {}), ...(r() < 0 ? { starts_at: soon() } : {}), ...(r() < 0.2 ? { duration: { unit: 'month', count: 2 }, phases: [{ plan: pick(['a', 'b', 'c']) }] } : {}) }; if (subs.length > 3) continue; }
        else {
          const [c, b]: [string, any] = pick<() => [string, any]>([
            () => ['change', { ...(r() < 0.5 ? { plan: pick(['a', 'b', 'c']) } : {}), quantities: { seat: String(1 + Math.floor(r() * 5)) }, when: pick(['now', 'now', 'period_end']), proration: P(), usage: pick(['keep', 'restart']), invoice: pick(['now', 'next']) }],
            () => ['change', { plan: pick(['a', 'b', 'c']), proration: P() }],
            () => ['phases', { plan: pick(['a', 'b', 'c']), ...(r() < 0.6 ? { starts_at: soon() } : {}), proration: P() }],
            () => ['cancel', { at_period_end: r() < 0.6, proration: P() }], () => ['pause', { when: pick(['now', 'period_end']), proration: P(), ...(r() < 0.4 ? { resumes_at: soon() } : {}) }],
            () => ['resume', {}], () => ['reactivate', {}], () => ['clear-schedule', {}], () => ['apply-coupon', { coupon: pick(['q', 'm']) }], () => ['remove-coupon', { coupon: pick(['q', 'm']) }],
          ])();
          url = `/v1/subscriptions/${sub}/${c}`; body = b;
        }
        const before = (await call('GET', '/v1/customers/x/state')).body;
        const pre = await call('POST', `${url}/preview`, body);
        const after0 = (await call('GET', '/v1/customers/x/state')).body;
        if (JSON.stringify(before) !== JSON.stringify(after0)) fault('preview changed state', before, after0);
        const done = await call('POST', url, body);
        if ((pre.status < 300) !== (done.status < 300) || (pre.status >= 300 && pre.body.detail !== done.body.detail)) { fault('preview and command refuse differently', pre.body, done.body); continue; }
        if (pre.status >= 300) continue;
        const { revision, invoices, ...view } = done.body; void revision;
        const isNew = url.endsWith('/subscriptions');
        const issued = await Promise.all(invoices.map(async (id: string) => totals((await call('GET', `/v1/invoices/${id}?explain=true`)).body)));
        const upcoming = (await call('GET', '/v1/customers/x/upcoming-invoice?explain=true')).body;
        const eq = (what: string, a: any, b: any) => { if (JSON.stringify(strip(a)) !== JSON.stringify(strip(b))) fault(what, strip(a), strip(b)); };
        eq('preview subscription', pre.body.subscription, view);
        eq('preview due', pre.body.due_now.invoices, issued);
        eq('preview next', pre.body.next_invoice, upcoming);
        const st = (await call('GET', '/v1/customers/x/state')).body;
        if (pre.body.due_now.invoices.length === 0 && st.owed.amount !== before.owed.amount) fault('owed moved without an invoice', before.owed, st.owed);
        const fresh = (await call('GET', `/v1/customers/x/state?at=${st.as_of}&known_at_revision=${st.revision}`)).body;
        if (JSON.stringify(fresh) !== JSON.stringify(st)) for (const key of Object.keys(st)) if (JSON.stringify(fresh[key]) !== JSON.stringify(st[key])) fault(`known_at_revision differs: ${key}`, fresh[key], st[key]);
        if (isNew) subs.push(done.body.id);
      }
    }
    const v = await verifyStore(p.engine, { isRepair: false });
    for (const d of v.differences) { const m = /^kept (.*), (?:facts say|derived) (.*)$/s.exec(d.detail); if (m) { try { const diff = (a: any, b: any, path: string): string[] => { if (JSON.stringify(a) === JSON.stringify(b)) return []; if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [`${path}: ${JSON.stringify(a)} vs ${JSON.stringify(b)}`]; return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => diff(a[k], b[k], `${path}/${k}`)); }; console.log('VERIFY', seed, d.what, diff(JSON.parse(m[1]!), JSON.parse(m[2]!), '').slice(0, 6)); } catch (e) { console.log('VERIFY?', seed, d.what, String(e), d.detail.slice(0, 300), '...', d.detail.slice(-300)); } } else console.log('VERIFY?', seed, d.what, d.detail.slice(0, 300), '...', d.detail.slice(-300)); }
    if (v.differences.length > 0) fault('verify', v.differences.length);
    const open = (await call('GET', '/v1/customers/x/invoices?status=open&limit=200')).body.data;
    const sum = open.reduce((t: number, i: any) => t + Math.round(Number(i.amount_due.amount) * 100), 0);
    const owed = Math.round(Number((await call('GET', '/v1/customers/x/state')).body.owed.amount) * 100);
    if (sum !== owed) { const st = (await call('GET', '/v1/customers/x/state')).body; fault('owed is not the sum of open invoices', [sum, owed], st.draft_invoices.map((d: any) => [d.date, d.total.amount, d.finalizes_at]));
      await call('POST', '/v1/sandbox/clock', { advance: { seconds: 1 } }); const st2 = (await call('GET', '/v1/customers/x/state')).body; const l2 = (await call('GET', '/v1/customers/x/invoices?limit=200')).body.data; console.log('after a second: now', st2.as_of, 'owed', st2.owed.amount, 'open', l2.filter((i: any) => i.status === 'open').reduce((t: number, i: any) => t + Number(i.amount_due.amount), 0).toFixed(2), l2.slice(0, 3).map((i: any) => [i.status, i.date, i.issued_at, i.total.amount])); }
    await p.stop();
  }
  console.log('FAULTS', [...faults]);
}, 900000);
