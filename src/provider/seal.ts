import { createHmac, timingSafeEqual } from 'node:crypto';

/** The bytes' HMAC-SHA256 under the secret, as base64url. `purpose` keeps a seal for one thing from opening another. */
export function sealOf(sealed: { secret: string; purpose: string; text: string | Buffer }): string {
  return createHmac('sha256', sealed.secret).update(`${sealed.purpose}\n`).update(sealed.text).digest('base64url');
}

/** Whether `seal` is the seal of the text. Takes as long however much of it is right. */
export function isSealOf(seal: string, sealed: { secret: string; purpose: string; text: string | Buffer }): boolean {
  const [given, right] = [Buffer.from(seal), Buffer.from(sealOf(sealed))];
  return given.length === right.length && timingSafeEqual(given, right);
}
