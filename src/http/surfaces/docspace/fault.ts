/** A failure that the vendor's server answers with an exception of its platform (contracts/docspace.md section 2). */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly status: number;
  /** Null where the vendor tells neither type nor number. */
  readonly type: string | null;
  readonly hresult: number;

  constructor(message: string, kind: { status: number; type: string | null; hresult: number }) {
    super(message);
    this.status = kind.status;
    this.type = kind.type;
    this.hresult = kind.hresult;
  }
}

/** Of every exception without a number of its own. */
const ANY_EXCEPTION = -2146233088;

/** The request is well-formed and asks for what there is not: "Unsupported currency", "Invalid quantity", "Invalid product". */
export function argumentFault(message: string): Fault {
  return new Fault(message, { status: 400, type: 'System.ArgumentException', hresult: -2147024809 });
}

/** The portal owes: "Tariff is not paid". */
export function billingFault(message: string): Fault {
  return new Fault(message, { status: 402, type: 'ASC.Core.Billing.BillingException', hresult: ANY_EXCEPTION });
}

/** More would be in use than the plan gives. */
export function quotaFault(message: string): Fault {
  return new Fault(message, { status: 402, type: 'ASC.Core.Tenants.TenantQuotaException', hresult: ANY_EXCEPTION });
}

export function deniedFault(): Fault {
  return new Fault('Access denied', { status: 403, type: 'System.Security.SecurityException', hresult: -2146233078 });
}

/** The portal is not in a state that allows it. */
export function operationFault(message: string): Fault {
  return new Fault(message, { status: 403, type: 'System.InvalidOperationException', hresult: -2146233079 });
}

/** "Customer could not be found", "Balance could not be found", "Service could not be found". */
export function absenceFault(noun: 'Customer' | 'Balance' | 'Subaccount' | 'Service'): Fault {
  return new Fault(`${noun} could not be found`, { status: 404, type: null, hresult: 0 });
}

export function tooManyFault(): Fault {
  return new Fault('Too many requests', { status: 429, type: null, hresult: 0 });
}
