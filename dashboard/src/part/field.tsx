import { useId, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import styles from './field.module.css';

interface FieldLook {
  label: string;
  /** What belongs here, in a short sentence. */
  hint?: ReactNode;
  /** What is wrong with it: read out with the field. */
  error?: string | undefined;
  /** Keeps the label for screen readers only, where the place says what it is. */
  hideLabel?: boolean;
}

/** A label, its control, a hint, and what is wrong. `children` gets what ties them together. */
export function Field({ label, hint, error, hideLabel = false, children }: FieldLook & { children: (tie: FieldTie) => ReactNode }): ReactElement {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'unseen' : styles.label}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described === '' ? undefined : described, 'aria-invalid': error !== undefined || undefined })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

export interface FieldTie {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface TextFieldProps extends FieldLook, Omit<ComponentProps<'input'>, 'id'> {
  /** Beside the text, such as a currency. */
  after?: ReactNode;
}

/** One line of text. */
export function TextField({ label, hint, error, hideLabel, after, className, ...rest }: TextFieldProps): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      {(tie) => (
        <span className={styles.control}>
          <input {...rest} {...tie} className={`${styles.input} ${className ?? ''}`} />
          {after !== undefined && <span className={styles.after}>{after}</span>}
        </span>
      )}
    </Field>
  );
}

/** Several lines of text. */
export function TextArea({ label, hint, error, hideLabel, className, ...rest }: FieldLook & Omit<ComponentProps<'textarea'>, 'id'>): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      {(tie) => <textarea {...rest} {...tie} className={`${styles.input} ${className ?? ''}`} />}
    </Field>
  );
}

/** One of a few: the browser's own list, which every phone and screen reader knows. `children` are options. */
export function SelectField({ label, hint, error, hideLabel, className, ...rest }: FieldLook & Omit<ComponentProps<'select'>, 'id'>): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      {(tie) => <select {...rest} {...tie} className={`${styles.input} ${styles.select} ${className ?? ''}`} />}
    </Field>
  );
}

interface SwitchFieldProps extends Omit<ComponentProps<'input'>, 'id' | 'type' | 'role'> {
  label: string;
  hint?: string;
}

/** On or off, at once or with its form. */
export function SwitchField({ label, hint, ...rest }: SwitchFieldProps): ReactElement {
  const id = useId();
  return (
    <div className={styles.switchField}>
      <input {...rest} id={id} type="checkbox" role="switch" className={styles.switch} aria-describedby={hint === undefined ? undefined : `${id}-hint`} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** Fields below each other. */
export function Form({ children, className, ...rest }: ComponentProps<'form'>): ReactElement {
  return (
    // noValidate: what is wrong is said in words at the field, not in the browser's bubble.
    <form noValidate {...rest} className={`${styles.form} ${className ?? ''}`}>
      {children}
    </form>
  );
}

/** Fields side by side as far as there is room. */
export function FieldRow({ children }: { children: ReactNode }): ReactElement {
  return <div className={styles.row}>{children}</div>;
}
