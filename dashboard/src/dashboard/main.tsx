import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Announcer } from '../part/announcer.js';
import { applyTheme } from '../part/theme.js';
import { readSession } from '../session/session-call.js';
import { SessionProvider } from '../session/session.js';
import { SignIn } from '../session/sign-in.js';
import '../style/page.css';
import { router } from './routes.js';

applyTheme();

const begin = () => readSession('dashboard');

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Announcer>
      <SessionProvider begin={begin} signIn={SignIn}>
        <RouterProvider router={router} />
      </SessionProvider>
    </Announcer>
  </StrictMode>,
);
