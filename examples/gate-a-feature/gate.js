/** How long a measured piece of work may take before what was set aside for it is free again. */
const HOLD_SECONDS = 120;

/** The gate said no; its answer says why, when it lifts, and what would lift it sooner. */
export class NotAllowed extends Error {
  constructor(answer) {
    super(answer.detail);
    this.answer = answer;
  }
}

/**
 * Work that counts as one: recorded before it is done, in the same step that asks whether it may be. `id` names the request:
 * whoever sends it again (a client after a timeout, a proxy) does not pay twice.
 */
export async function counted(paidup, { customer, feature, id }, work) {
  const answer = await paidup.consume(customer, { id, feature });
  if (!answer.allowed) throw new NotAllowed(answer);
  return { result: await work(), left: answer.remaining };
}

/**
 * Work whose size is known only afterwards: the most that it can take is set aside, so that no other request can take it;
 * then what it took is reported and the rest is free again. Work that fails costs nothing.
 */
export async function measured(paidup, { customer, feature, most }, work) {
  const quantity = String(most);
  const hold = await paidup.holdUnits(customer, { feature, quantity, expires_in: HOLD_SECONDS });
  // The check of the same quantity says what would help.
  if (!hold.allowed) throw new NotAllowed(await paidup.check(customer, { feature, quantity }));
  let done;
  try {
    done = await work();
  } catch (error) {
    await paidup.releaseHold(customer, hold.id);
    throw error;
  }
  await paidup.settleHold(customer, hold.id, { quantity: String(done.took) });
  return { result: done.result, took: done.took };
}
