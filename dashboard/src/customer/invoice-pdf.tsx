import type { ReactElement } from 'react';
import { Button } from '../part/button.js';
import { useCommand } from '../part/command.js';
import { useAnnounce } from '../part/announcer.js';
import { wordsOf } from '../part/error.js';
import { useClient } from '../session/session.js';

interface PdfButtonProps {
  invoice: string;
  /** Null for a draft. */
  number: string | null;
  small?: boolean;
}

/** Fetches the PDF, as a plain link would carry no session, and hands it to the browser as a file. */
export function PdfButton({ invoice, number, small = false }: PdfButtonProps): ReactElement {
  const client = useClient();
  const announce = useAnnounce();
  const name = `${number ?? 'draft'}.pdf`;
  const command = useCommand({
    run: async () => {
      try {
        saveFile(await client.getInvoicePdf(invoice), { name, type: 'application/pdf' });
      } catch (error) {
        announce({ text: wordsOf(error).detail, tone: 'danger' });
        throw error;
      }
    },
  });
  return (
    <Button tone={small ? 'quiet' : 'plain'} small={small} icon="download" busy={command.isBusy} aria-label={`PDF of ${number ?? 'the draft'}`} onClick={() => command.run(undefined)}>
      PDF
    </Button>
  );
}

/** Offers bytes as a file to keep. */
export function saveFile(bytes: BlobPart, { name, type }: { name: string; type: string }): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
