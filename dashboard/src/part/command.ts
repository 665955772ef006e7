import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useAnnounce } from './announcer.js';

interface CommandSettings<Input, Answer> {
  run: (input: Input) => Promise<Answer>;
  /** What is said when it is done; undefined where the page shows it. */
  done?: ((answer: Answer) => string) | undefined;
  /** Keys of queries that may have another answer now. */
  touches?: readonly QueryKey[];
  onDone?: ((answer: Answer) => void) | undefined;
}

export interface Command<Input> {
  run: (input: Input) => void;
  isBusy: boolean;
  /** Why it was refused, until it is tried again. */
  error: Error | null;
  reset: () => void;
}

/** Something that changes what the engine holds: carried out once at a time, announced, and followed by asking anew. */
export function useCommand<Input, Answer>({ run, done, touches = [], onDone }: CommandSettings<Input, Answer>): Command<Input> {
  const queries = useQueryClient();
  const announce = useAnnounce();
  const mutation = useMutation({
    mutationFn: run,
    onSuccess: (answer) => {
      for (const key of touches) void queries.invalidateQueries({ queryKey: key });
      if (done !== undefined) announce({ text: done(answer) });
      onDone?.(answer);
    },
  });
  return {
    run: (input) => {
      if (!mutation.isPending) mutation.mutate(input);
    },
    isBusy: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
  };
}
