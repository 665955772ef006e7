import type { PlanVersion } from '@paidup/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { ButtonLink } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField, SwitchField } from '../../part/field.js';
import { formatInstant } from '../../part/instant.js';
import { Toolbar } from '../../part/page.js';
import { useClient } from '../../session/session.js';
import { compare, type Compared } from './difference.js';
import { useShownPlan } from './one.js';
import styles from './version.module.css';

const route = getRouteApi('/dashboard/plans/$plan/versions');

/** Two versions of a plan side by side; the last two unless the address says otherwise. */
export function PlanVersions(): ReactElement {
  const plan = useShownPlan();
  const versions = usePlanVersions(plan.code, plan.version_id);
  return (
    <Answer query={versions} what="the versions" lines={10}>
      {(all) => <Versions all={all} />}
    </Answer>
  );
}

/** All versions of a plan, newest first. `newest` is part of the key: a new version is a new answer. */
function usePlanVersions(code: string, newest: string): UseQueryResult<PlanVersion[]> {
  const client = useClient();
  return useQuery({
    queryKey: ['plan', code, 'versions', newest],
    queryFn: async ({ signal }) => {
      const versions: PlanVersion[] = [];
      for await (const version of client.planVersions(code, { limit: 200 }, { signal })) versions.push(version);
      return versions;
    },
  });
}

function Versions({ all }: { all: readonly PlanVersion[] }): ReactElement {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const right = all.find(({ version }) => String(version) === search.right) ?? all[0];
  const left = all.find(({ version }) => String(version) === search.left) ?? all.find(({ version }) => version < (right?.version ?? 0)) ?? right;
  if (left === undefined || right === undefined) return <Empty icon="plan" title="No versions" />;
  if (all.length === 1) {
    return (
      <Card>
        <Empty
          icon="plan"
          title="There is one version so far"
          action={
            <ButtonLink to="/dashboard/plans/$plan/edit" params={{ plan: right.code }}>
              Make another
            </ButtonLink>
          }
        >
          It was made on {formatInstant(right.created_at, { precision: 'day' })}. When the plan changes, what differs is shown here.
        </Empty>
      </Card>
    );
  }
  const rows = compare(left, right);
  const differing = rows.filter(({ how }) => how !== 'same');
  const shown = search.show === 'all' ? rows : differing;
  const choose = (side: 'left' | 'right', value: string): void => void navigate({ search: (before) => ({ ...before, [side]: value }), replace: true, resetScroll: false });
  const options = all.map(({ version, created_at: at }) => (
    <option key={version} value={version}>
      Version {version}, {formatInstant(at, { precision: 'day' })}
    </option>
  ));
  return (
    <>
      <Toolbar>
        <SelectField label="Before" value={left.version} onChange={({ target }) => choose('left', target.value)}>
          {options}
        </SelectField>
        <SelectField label="After" value={right.version} onChange={({ target }) => choose('right', target.value)}>
          {options}
        </SelectField>
        <div className={styles.switch}>
          <SwitchField label="Also what is the same" checked={search.show === 'all'} onChange={({ target }) => void navigate({ search: ({ show: _show, ...rest }) => (target.checked ? { ...rest, show: 'all' } : rest), replace: true, resetScroll: false })} />
        </div>
      </Toolbar>
      <Card flush title={differing.length === 0 ? 'Nothing differs' : differing.length === 1 ? 'One thing differs' : `${differing.length} things differ`}>
        {shown.length === 0 ? <Empty icon="check" title="Both say the same" /> : <Comparison rows={shown} left={left} right={right} />}
      </Card>
    </>
  );
}

const WORDS = { same: undefined, changed: 'changed', added: 'added', removed: 'removed' } as const;
const TONES = { changed: 'warning', added: 'good', removed: 'danger' } as const;

function Comparison({ rows, left, right }: { rows: readonly Compared[]; left: PlanVersion; right: PlanVersion }): ReactElement {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    // It can be moved by keyboard where it is wider than the screen.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroller} role="region" aria-label="Comparison of versions" tabIndex={0}>
      <table className={styles.table}>
        <caption className="unseen">
          Version {left.version} beside version {right.version}
        </caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Version {left.version}</th>
            <th scope="col">Version {right.version}</th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            <tr>
              <th scope="rowgroup" colSpan={3} className={styles.group}>
                {group}
              </th>
            </tr>
            {rows
              .filter((row) => row.group === group)
              .map((row) => (
                <tr key={row.key} className={row.how === 'same' ? undefined : styles.differs} data-how={row.how}>
                  <th scope="row">
                    {row.label} {row.how !== 'same' && <Badge tone={TONES[row.how]}>{WORDS[row.how]}</Badge>}
                  </th>
                  <td>{row.left === undefined ? <Fragment>—</Fragment> : row.how === 'same' ? row.left : <del>{row.left}</del>}</td>
                  <td>{row.right === undefined ? <Fragment>—</Fragment> : row.how === 'same' ? row.right : <ins>{row.right}</ins>}</td>
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
