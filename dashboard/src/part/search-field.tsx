import { useEffect, useState, type ReactElement } from 'react';
import { TextField } from './field.js';
import styles from './search-field.module.css';

interface SearchFieldProps {
  label: string;
  placeholder?: string;
  /** What is in the address. */
  value: string;
  /** Called a moment after the last key; puts it into the address. */
  onSearch: (text: string) => void;
  /** Whether so much can be searched for; anything unless told. */
  isComplete?: (text: string) => boolean;
  narrow?: boolean;
}

const PAUSE_MS = 250;

/** A search that follows the typing. When the address changes by other means, such as back, it follows that. */
export function SearchField({ label, placeholder, value, onSearch, isComplete, narrow = false }: SearchFieldProps): ReactElement {
  const [text, setText] = useState(value);
  const [sent, setSent] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (value !== sent) {
      setText(value);
      setSent(value);
    }
  }
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent || isComplete?.(wanted) === false) return undefined;
    const timer = setTimeout(() => {
      setSent(wanted);
      onSearch(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, sent, onSearch, isComplete]);
  return (
    <div className={narrow ? styles.narrow : styles.search}>
      <TextField label={label} hideLabel type="search" placeholder={placeholder} value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}

/** Whether a text is the code of a currency, or none; what is in between is not searched for. */
export function isCurrency(text: string): boolean {
  return text === '' || /^[a-z]{3}$/i.test(text);
}
