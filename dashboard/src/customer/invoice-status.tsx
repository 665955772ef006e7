import type { InvoiceStatus } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Badge, type Tone } from '../part/badge.js';

const TONES: Record<InvoiceStatus, Tone> = { draft: 'neutral', open: 'warning', paid: 'good', uncollectible: 'danger', void: 'neutral' };

export function InvoiceBadge({ status }: { status: InvoiceStatus }): ReactElement {
  return <Badge tone={TONES[status]}>{status}</Badge>;
}
