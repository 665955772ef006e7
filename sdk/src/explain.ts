/** Why a figure is what it is. With a pocket calculator `steps` can be followed from `inputs`. */
export interface Explanation {
  /** Short name of the rule, such as `fixed_in_advance`. */
  rule: string;
  /** The named policies that decided, such as proration by_second. */
  policy: Record<string, string>;
  /** The figures that went in. */
  inputs: Record<string, string>;
  /** The calculation, line by line. */
  steps: string[];
  /** Address of the list of events that were counted; null when no usage stands behind the figure. */
  events?: string | null;
}

/** Whether each figure shall say why it is what it is. */
export interface ExplainQuery {
  explain?: boolean | undefined;
}
