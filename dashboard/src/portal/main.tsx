import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Announcer } from '../part/announcer.js';
import { applyTheme } from '../part/theme.js';
import { SessionProvider } from '../session/session.js';
import '../style/page.css';
import { begin } from './begin.js';
import { router } from './routes.js';
import { PortalSignIn } from './sign-in.js';

applyTheme();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Announcer>
      <SessionProvider begin={begin} signIn={PortalSignIn}>
        <RouterProvider router={router} />
      </SessionProvider>
    </Announcer>
  </StrictMode>,
);
