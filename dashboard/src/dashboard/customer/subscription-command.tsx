import type { Client, ChangedSubscription, Subscription, SubscriptionPreview } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { Form, SelectField, TextField } from '../../part/field.js';
import { useClient } from '../../session/session.js';
import { Preview } from './preview.js';
import { customerKey, useLooked } from '../../customer/state.js';
import styles from './subscription.module.css';

export type CommandName = 'pause' | 'resume' | 'cancel' | 'clear' | 'reactivate';

interface Choice {
  when: 'now' | 'period_end';
  proration: 'none' | 'prorate';
  reason: string;
}

interface CommandWords {
  title: string;
  action: string;
  done: string;
  isGrave?: boolean;
  /** Which choices it takes. */
  takes: ReadonlyArray<keyof Choice>;
  preview: (client: Client, id: string, choice: Choice) => Promise<SubscriptionPreview>;
  run: (client: Client, id: string, choice: Choice) => Promise<ChangedSubscription>;
}

const cancelInput = ({ when, proration, reason }: Choice) => ({ at_period_end: when === 'period_end', proration, reason: reason.trim() === '' ? null : reason.trim() });
const pauseInput = ({ when, proration }: Choice) => ({ when, proration });

const COMMANDS: Record<CommandName, CommandWords> = {
  pause: {
    title: 'Pause',
    action: 'Pause it',
    done: 'The subscription is paused, or will be.',
    takes: ['when', 'proration'],
    preview: (client, id, choice) => client.previewPauseSubscription(id, pauseInput(choice)),
    run: (client, id, choice) => client.pauseSubscription(id, pauseInput(choice)),
  },
  resume: { title: 'Resume', action: 'Resume it', done: 'The subscription goes on.', takes: [], preview: (client, id) => client.previewResumeSubscription(id), run: (client, id) => client.resumeSubscription(id) },
  clear: { title: 'Forget what is planned for', action: 'Forget it', done: 'What was planned is forgotten.', takes: [], preview: (client, id) => client.previewClearSchedule(id), run: (client, id) => client.clearSchedule(id) },
  reactivate: { title: 'Begin anew', action: 'Begin anew', done: 'The subscription has begun anew.', takes: [], preview: (client, id) => client.previewReactivateSubscription(id), run: (client, id) => client.reactivateSubscription(id) },
  cancel: {
    title: 'Cancel',
    action: 'Cancel it',
    done: 'The subscription is canceled.',
    isGrave: true,
    takes: ['when', 'proration', 'reason'],
    preview: (client, id, choice) => client.previewCancelSubscription(id, cancelInput(choice)),
    run: (client, id, choice) => client.cancelSubscription(id, cancelInput(choice)),
  },
};

/** Shows what a command would lead to, and gives it. */
export function CommandDialog({ name, subscription, onClose }: { name: CommandName; subscription: Subscription; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const { id, plan } = subscription;
  const { title, action, done, takes, preview, run, isGrave = false } = COMMANDS[name];
  const [choice, setChoice] = useState<Choice>({ when: 'period_end', proration: 'none', reason: '' });
  const { when, proration } = choice;
  // What it leads to does not depend on the reason, which is typed letter by letter.
  const seen = useQuery({ queryKey: ['preview', name, id, when, proration], queryFn: () => preview(client, id, { ...choice, reason: '' }), staleTime: 0, gcTime: 0 });
  const command = useCommand({ run: () => run(client, id, choice), done: () => done, touches: [customerKey(customer)], onDone: onClose });
  return (
    <Dialog
      wide
      title={`${title} ${plan.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button tone={isGrave ? 'danger' : 'primary'} busy={command.isBusy} disabledReason={seen.error === null ? undefined : 'It would be refused: see why above.'} onClick={() => command.run(undefined)}>
            {action}
          </Button>
        </>
      }
    >
      <Form className={styles.form} onSubmit={(event) => event.preventDefault()}>
        {takes.includes('when') && (
          <SelectField label="When" value={when} onChange={({ target }) => setChoice({ ...choice, when: target.value as Choice['when'] })}>
            <option value="period_end">At the end of the billing period</option>
            <option value="now">Now</option>
          </SelectField>
        )}
        {takes.includes('proration') && when === 'now' && (
          <SelectField label="What is left of the period" value={proration} onChange={({ target }) => setChoice({ ...choice, proration: target.value as Choice['proration'] })}>
            <option value="none">Is not given back</option>
            <option value="prorate">Is given back, by the policy of the plan</option>
          </SelectField>
        )}
        {takes.includes('reason') && <TextField label="Reason" value={choice.reason} onChange={({ target }) => setChoice({ ...choice, reason: target.value })} hint="For whoever asks later." />}
        <Answer query={seen} what="what it would lead to" lines={4}>
          {(value) => <Preview preview={value} />}
        </Answer>
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
