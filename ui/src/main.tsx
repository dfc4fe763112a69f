import { createHashHistory } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '~/app/App';
import { systemClock } from '~/app/clock';
import { createQueries } from '~/app/queries';
import { startTheme } from '~/app/theme';
import { tauri } from '~/platform/tauri';
import '~/styles/index.css';

startTheme();
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App platform={tauri} history={createHashHistory()} queries={createQueries()} clock={systemClock} />
    </StrictMode>,
  );
