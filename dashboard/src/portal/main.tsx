import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Announcer } from '../part/announcer.js';
import { applyTheme } from '../part/theme.js';
import '../style/page.css';

applyTheme();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Announcer>
      <main>
        <h1>Billing</h1>
      </main>
    </Announcer>
  </StrictMode>,
);
