import type { ReactElement } from 'react';
import { Page, Stack } from '../part/page.js';

export function PlanPage(): ReactElement {
  return (
    <Page title="Plan">
      <Stack>{null}</Stack>
    </Page>
  );
}
