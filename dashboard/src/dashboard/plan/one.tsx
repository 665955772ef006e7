import { isProblem, type Plan } from '@paidup/sdk';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { createContext, use, useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { Button, ButtonLink } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { Icon } from '../../part/icon.js';
import { Page, Stack } from '../../part/page.js';
import { TabBar, TabLink } from '../../part/tab.js';
import { useClient } from '../../session/session.js';
import { definitionOf } from './definition.js';
import { planKeys, usePlan } from './plan.js';
import styles from './one.module.css';
import { wordsOfInterval } from './words.js';

const route = getRouteApi('/dashboard/plans/$plan');

const Shown = createContext<Plan | undefined>(undefined);

/** The plan of the pages within. */
export function useShownPlan(): Plan {
  const plan = use(Shown);
  if (plan === undefined) throw new Error('This part stands outside of a plan.');
  return plan;
}

/** Around the pages of one plan. */
export function PlanPage(): ReactElement {
  const { plan: code } = route.useParams();
  const query = usePlan(code);
  const plan = query.data;
  const back = (
    <Link to="/dashboard/plans">
      <Icon name="left" size={12} /> Plans
    </Link>
  );
  if (isProblem(query.error, 'not_found')) {
    return (
      <Page title="No such plan" back={back}>
        <Empty icon="plan" title="There is no plan with this code" action={<ButtonLink to="/dashboard/plans">All plans</ButtonLink>} />
      </Page>
    );
  }
  return (
    <Page
      title={plan?.name ?? 'Plan'}
      back={back}
      mark={plan !== undefined && <Badge tone={plan.archived ? 'neutral' : 'good'}>{plan.archived ? 'not sold any more' : 'sold'}</Badge>}
      lead={plan !== undefined && <Lead plan={plan} />}
      actions={plan !== undefined && <Actions plan={plan} />}
    >
      <TabBar label="Parts of the plan">
        <TabLink to="/dashboard/plans/$plan" params={{ plan: code }} activeOptions={{ exact: true, includeSearch: false }}>
          Prices
        </TabLink>
        <TabLink to="/dashboard/plans/$plan/versions" params={{ plan: code }} activeOptions={{ includeSearch: false }}>
          Versions
        </TabLink>
      </TabBar>
      <Answer query={query} what="the plan" lines={10}>
        {(shown) => (
          <Shown value={shown}>
            <Stack>
              <Outlet />
            </Stack>
          </Shown>
        )}
      </Answer>
    </Page>
  );
}

function Lead({ plan: { code, currency, interval, version, description } }: { plan: Plan }): ReactElement {
  return (
    <>
      <code>{code}</code> · {currency} every {wordsOfInterval(interval)} · version {version}
      {description !== null && <p className={styles.description}>{description}</p>}
    </>
  );
}

function Actions({ plan }: { plan: Plan }): ReactElement {
  const client = useClient();
  const [isAsked, setAsked] = useState(false);
  const again = useCommand({
    run: () => client.putPlan(plan.code, definitionOf(plan)),
    done: ({ version }) => `The plan is sold again, as version ${version}.`,
    touches: planKeys(plan.code),
  });
  return (
    <>
      {plan.archived ? (
        <Button busy={again.isBusy} onClick={() => again.run(undefined)}>
          Sell it again
        </Button>
      ) : (
        <Button onClick={() => setAsked(true)}>Archive</Button>
      )}
      <ButtonLink tone="primary" icon="plus" to="/dashboard/plans/$plan/edit" params={{ plan: plan.code }}>
        New version
      </ButtonLink>
      {again.error !== null && <ErrorNote error={again.error} />}
      {isAsked && <ArchiveDialog plan={plan} onClose={() => setAsked(false)} />}
    </>
  );
}

function ArchiveDialog({ plan, onClose }: { plan: Plan; onClose: () => void }): ReactElement {
  const client = useClient();
  const command = useCommand({ run: () => client.archivePlan(plan.code), done: () => `${plan.name} is not sold any more.`, touches: planKeys(plan.code), onDone: onClose });
  return (
    <Dialog
      title={`Stop selling ${plan.name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go on selling it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Archive
          </Button>
        </>
      }
    >
      <p>Nobody can take it from then on. Who has it keeps it, with its prices. It can be sold again later.</p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
