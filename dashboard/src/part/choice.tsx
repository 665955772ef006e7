import type { ReactElement } from 'react';
import styles from './choice.module.css';

interface ChoiceListProps<Value extends string> {
  /** What is chosen. */
  legend: string;
  options: readonly Value[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
  /** What is wrong with the choice. */
  error?: string | undefined;
}

/** Any of many, each a word of the API. */
export function ChoiceList<Value extends string>({ legend, options, chosen, onChange, error }: ChoiceListProps<Value>): ReactElement {
  return (
    <fieldset className={styles.choices}>
      <legend>{legend}</legend>
      <div className={styles.options}>
        {options.map((option) => (
          <label key={option} className={styles.option}>
            <input type="checkbox" checked={chosen.includes(option)} onChange={({ target }) => onChange(options.filter((each) => (each === option ? target.checked : chosen.includes(each))))} />
            <code>{option}</code>
          </label>
        ))}
      </div>
      {error !== undefined && <p className={styles.error}>{error}</p>}
    </fieldset>
  );
}
