import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app/nonce.ts';
import { App } from './app/app.tsx';
import { applyTheme } from './app/theme.ts';
import './styles.css';

applyTheme();

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
