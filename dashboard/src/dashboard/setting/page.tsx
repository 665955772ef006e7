import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { Card, Cards, Fact, Facts } from '../../part/card.js';
import { formatInstant } from '../../part/instant.js';
import { Page } from '../../part/page.js';
import { ThemeField } from '../../part/theme.js';
import { useClient, useSession } from '../../session/session.js';
import { KeysCard } from './api-key.js';
import { ClockCard } from './clock.js';

/** Keys, the clock of a sandbox, what runs here, and how it looks. */
export function SettingsPage(): ReactElement {
  const client = useClient();
  const { session } = useSession();
  const health = useQuery({ queryKey: ['health'], queryFn: ({ signal }) => client.health({ signal }), refetchInterval: 30_000 });
  return (
    <Page title="Settings" lead="Keys of programs, what runs here, and how it looks.">
      <KeysCard />
      <Cards columns="two">
        <Card title="This Paidup">
          <Answer query={health} what="what runs here" lines={3}>
            {({ status, version, sandbox }) => (
              <Facts>
                <Fact name="Health">
                  <Badge tone={status === 'ok' ? 'good' : 'danger'}>{status === 'ok' ? 'up' : status}</Badge>
                </Fact>
                <Fact name="Version">{version}</Fact>
                <Fact name="Clock">{sandbox ? 'its own: a sandbox' : 'the real one'}</Fact>
                <Fact name="Address">
                  <code>{window.location.origin}</code>
                </Fact>
                <Fact name="This session ends">{formatInstant(session.expires_at)}</Fact>
                <Fact name="API">
                  <a href="/openapi.json" target="_blank" rel="noreferrer">
                    openapi.json
                  </a>
                </Fact>
              </Facts>
            )}
          </Answer>
        </Card>
        <Card title="Appearance">
          <ThemeField />
        </Card>
        {health.data?.sandbox === true && <ClockCard />}
      </Cards>
    </Page>
  );
}
