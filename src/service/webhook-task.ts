import type { Change } from '../core/change.js';
import type { Customer } from '../core/customer.js';
import type { History } from '../core/history.js';
import { instant, type Instant } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import type { BillingState } from '../core/state.js';
import { hears, type WebhookEndpoint } from '../core/webhook-endpoint.js';
import { nextAttemptAt } from '../core/webhook-task.js';
import { lockCustomers, selectCustomer } from '../store/customer.js';
import { insertDelivery, selectDelivery, selectFirstPending, type WebhookAttempt, type WebhookDelivery } from '../store/webhook-delivery.js';
import { selectEndpoint } from '../store/webhook-endpoint.js';
import { claimTask, deleteTask, lockTask, selectDueEndpoints, updateTask, type WebhookTask } from '../store/webhook-task.js';
import { loadChanges } from './change.js';
import { inUnit, type Engine } from './engine.js';
import { derivePastState, loadHistory } from './history.js';
import { readState } from './state.js';
import { disableFailing } from './webhook-endpoint.js';
import { isSuccess, messageIdOf, sendMessage } from './webhook-message.js';

/** What a message says of a change; the view of the state comes from the http room. */
export type BodyOf = (told: { change: Change; customer: Customer; state: BillingState | null; at: Instant }) => string;

/** How the work on one task went. */
export type TaskOutcome = { readonly type: 'told' | 'failed' | 'stopped' } | { readonly type: 'disabled'; readonly reason: string };

/** How long a task is held: longer than one message takes to be sent. */
const LEASE_MS = 60_000;
/** A lease that is older is prolonged before a message is sent. */
const FRESH_MS = 20_000;
/** The most messages that one claim sends, so that other customers have their turn. */
const MESSAGES_PER_CLAIM = 50;
const AT_ONCE = instant(0);

const GONE = 410;
const TOLD = { type: 'told' } as const;
const STOPPED = { type: 'stopped' } as const;

/** Sends what is due. Any number of processes may do it; a customer of an endpoint is one process's at a time. */
export class WebhookSender {
  readonly engine: Engine;
  readonly bodyOf: BodyOf;
  /** States of the past are derived one after the other: they may take long. */
  #deriving: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, bodyOf: BodyOf) {
    this.engine = engine;
    this.bodyOf = bodyOf;
  }

  /** Endpoints that have something due. */
  dueEndpoints(): Promise<string[]> {
    return selectDueEndpoints(this.engine.database, this.engine.webhooks.now());
  }

  /** Takes the endpoint's longest due task; undefined when none is due that nobody else has. */
  claim(endpointId: string): Promise<WebhookTask | undefined> {
    const at = this.engine.webhooks.now();
    return claimTask(this.engine.database, { endpointId, at, leasedUntil: instant(at + LEASE_MS) });
  }

  /** Sends what the task is about. Nothing is locked meanwhile. */
  async tell(task: WebhookTask, signal: AbortSignal): Promise<TaskOutcome> {
    const { database } = this.engine;
    const endpoint = await selectEndpoint(database, task.endpointId);
    if (endpoint?.isEnabled === true) return new TaskRun(this, { task, endpoint, signal }).tell();
    await deleteTask(database, task);
    return TOLD;
  }

  /** Waits its turn. */
  inTurn<T>(derive: () => Promise<T>): Promise<T> {
    const turn = this.#deriving.then(derive);
    this.#deriving = turn.catch(() => undefined);
    return turn;
  }
}

/** One task from its claim until it is given back. */
class TaskRun {
  readonly #sender: WebhookSender;
  readonly #engine: Engine;
  readonly #endpoint: WebhookEndpoint;
  readonly #signal: AbortSignal;
  #task: WebhookTask;

  constructor(sender: WebhookSender, input: { task: WebhookTask; endpoint: WebhookEndpoint; signal: AbortSignal }) {
    this.#sender = sender;
    this.#engine = sender.engine;
    this.#endpoint = input.endpoint;
    this.#signal = input.signal;
    this.#task = input.task;
  }

  async tell(): Promise<TaskOutcome> {
    const { customerId } = this.#task;
    const pending = await selectFirstPending(this.#engine.database, this.#endpoint.id, customerId);
    if (customerId === null) return this.#tellNotices(pending);
    if (pending !== undefined) {
      const ending = await this.#send(pending);
      if (ending !== undefined) return ending;
    }
    return this.#tellChanges(customerId, pending);
  }

  /** Messages about no customer, in the order in which they were kept. */
  async #tellNotices(first: WebhookDelivery | undefined): Promise<TaskOutcome> {
    for (let pending = first; pending !== undefined; pending = await selectFirstPending(this.#engine.database, this.#endpoint.id, null)) {
      const ending = await this.#send(pending);
      if (ending !== undefined) return ending;
    }
    await inUnit(this.#engine, async ({ transaction }) => {
      if (!(await lockTask(transaction, this.#task))) return;
      // Looked at again under the lock: whoever keeps one more locks the task as well.
      const isDone = (await selectFirstPending(transaction, this.#endpoint.id, null)) === undefined;
      if (isDone) await deleteTask(transaction, this.#task);
      else await updateTask(transaction, this.#task, { ...this.#task, dueAt: AT_ONCE });
    });
    return TOLD;
  }

  /** What happened to the customer, in order. A message that was kept already bounds the range, so that it is the same one again. */
  async #tellChanges(customerId: string, pending: WebhookDelivery | undefined): Promise<TaskOutcome> {
    const { database } = this.#engine;
    const stored = await selectCustomer(database, customerId, { withDeleted: true });
    if (stored === undefined) throw new Error(`a webhook task is about no customer: ${customerId}`);
    const present = await presentState(this.#engine, customerId);
    const last = present?.revision ?? stored.revision;
    const after = this.#task.afterRevision;
    const { changes, upTo } = await loadChanges(database, { customerId, after, upTo: pending !== undefined && pending.revision > after ? pending.revision : last });
    const heard = changes.filter(({ type }) => hears(this.#endpoint.types, type));
    const states = new States(this.#sender, { customer: stored.customer, present });
    for (const [index, change] of heard.entries()) {
      const ending = await this.#deliver(customerId, { change, customer: stored.customer, states });
      if (ending !== undefined) return ending;
      const next = heard[index + 1];
      if (next?.revision === change.revision) continue;
      if (!(await this.#hold(change.revision))) return STOPPED;
      if (next !== undefined && index >= MESSAGES_PER_CLAIM) return this.#giveBack(change.revision);
    }
    return this.#finish(customerId, upTo);
  }

  /** Makes the message unless it is kept already, and sends it unless it was. */
  async #deliver(customerId: string, told: { change: Change; customer: Customer; states: States }): Promise<TaskOutcome | undefined> {
    const { database, clock, webhooks } = this.#engine;
    const { change, customer, states } = told;
    const { revision, position, type } = change;
    const id = messageIdOf({ endpointId: this.#endpoint.id, customerId, revision, position });
    const known = await selectDelivery(database, id);
    if (known?.status === 'delivered') return undefined;
    if (known !== undefined) return this.#send(known);
    const body = this.#sender.bodyOf({ change, customer, state: await states.at(change), at: change.madeAt ?? clock.now() });
    const isNew = await insertDelivery(database, { id, endpointId: this.#endpoint.id, customerId, revision, position, type, body, createdAt: webhooks.now() });
    // Whoever held the task before may have kept it meanwhile: then its bytes are the message.
    const kept = isNew ? { id, body } : await selectDelivery(database, id);
    if (kept === undefined) throw new Error(`message ${id} was kept and is not there`);
    return this.#send(kept);
  }

  /** Undefined when it was delivered; else how the work on the task ends. */
  async #send(delivery: Pick<WebhookDelivery, 'id' | 'body'>): Promise<TaskOutcome | undefined> {
    const isStale = this.#engine.webhooks.now() > this.#task.leasedUntil - LEASE_MS + FRESH_MS;
    if (isStale && !(await this.#prolong(this.#task))) return STOPPED;
    const attempt = this.#signal.aborted ? undefined : await sendMessage(this.#engine, { endpoint: this.#endpoint, delivery, signal: this.#signal }, null);
    if (attempt === undefined) {
      // Stopping is no failure of the receiver: whoever comes next sends it at once.
      await updateTask(this.#engine.database, this.#task, { ...this.#task, dueAt: AT_ONCE });
      return STOPPED;
    }
    return isSuccess(attempt) ? undefined : this.#failed(attempt);
  }

  async #failed({ status }: WebhookAttempt): Promise<TaskOutcome> {
    const { webhooks, database } = this.#engine;
    const at = webhooks.now();
    const attempts = this.#task.attempts + 1;
    const firstFailedAt = this.#task.firstFailedAt ?? at;
    if (status === GONE) return this.#disable('the receiver answered 410 Gone');
    const dueAt = nextAttemptAt({ attempts, firstFailedAt, at, chance: webhooks.chance() });
    if (dueAt === null) return this.#disable('a message could not be delivered for five days');
    await updateTask(database, this.#task, { afterRevision: this.#task.afterRevision, dueAt, attempts, firstFailedAt });
    return { type: 'failed' };
  }

  async #disable(reason: string): Promise<TaskOutcome> {
    const isOff = await inUnit(this.#engine, (unit) => disableFailing(this.#engine, unit, { id: this.#endpoint.id, reason }));
    return isOff ? { type: 'disabled', reason } : STOPPED;
  }

  /** All of a revision is delivered: what failed before has come through. False when the task is not ours any more. */
  #hold(afterRevision: number): Promise<boolean> {
    return this.#prolong({ afterRevision, attempts: 0, firstFailedAt: null });
  }

  async #prolong({ afterRevision, attempts, firstFailedAt }: Pick<WebhookTask, 'afterRevision' | 'attempts' | 'firstFailedAt'>): Promise<boolean> {
    const leasedUntil = instant(this.#engine.webhooks.now() + LEASE_MS);
    const isOurs = await updateTask(this.#engine.database, this.#task, { afterRevision, dueAt: leasedUntil, attempts, firstFailedAt });
    this.#task = { ...this.#task, afterRevision, attempts, firstFailedAt, leasedUntil };
    return isOurs;
  }

  async #giveBack(afterRevision: number): Promise<TaskOutcome> {
    await updateTask(this.#engine.database, this.#task, { afterRevision, dueAt: AT_ONCE, attempts: 0, firstFailedAt: null });
    return TOLD;
  }

  /** The task is over unless something has happened meanwhile: asked under the lock that every change takes. */
  async #finish(customerId: string, upTo: number): Promise<TaskOutcome> {
    await inUnit(this.#engine, async ({ transaction }) => {
      const [stored] = await lockCustomers(transaction, [customerId], { withDeleted: true });
      if (stored !== undefined && stored.revision > upTo) await updateTask(transaction, this.#task, { afterRevision: upTo, dueAt: AT_ONCE, attempts: 0, firstFailedAt: null });
      else await deleteTask(transaction, this.#task);
    });
    return TOLD;
  }
}

/** The states beside the changes of one customer. */
class States {
  readonly #sender: WebhookSender;
  readonly #customer: Customer;
  readonly #present: BillingState | null;
  #history: History | undefined;

  constructor(sender: WebhookSender, input: { customer: Customer; present: BillingState | null }) {
    this.#sender = sender;
    this.#customer = input.customer;
    this.#present = input.present;
  }

  /** As the customer is, when nothing has happened since; else as it was when it happened, by what was known then. Null when it was deleted. */
  async at({ revision, madeAt }: Change): Promise<BillingState | null> {
    if (this.#present === null || this.#present.revision === revision) return this.#present;
    const { engine } = this.#sender;
    const now = engine.clock.now();
    return this.#sender.inTurn(async () => {
      this.#history ??= await loadHistory(engine.database, this.#customer.id, instant(now + 1));
      return (await derivePastState(engine, { customer: this.#customer, whole: this.#history, cutoff: { at: madeAt ?? now, revision } })).state;
    });
  }
}

async function presentState(engine: Engine, customerId: string): Promise<BillingState | null> {
  try {
    return await readState(engine, customerId);
  } catch (error) {
    if (error instanceof Refusal && error.slug === 'not_found') return null;
    throw error;
  }
}
