import { accentOn, type Hex } from './colour.ts';

/** The grounds on which the accent has to be readable. */
const LIGHT: Hex = '#ffffff';
const DARK: Hex = '#16171a';
/** Where a workspace has no colour of its own. */
const ACCENT: Hex = '#2b5d8a';

/**
 * The style of a page: one column, one accent, light and dark.
 *
 * @param brandColour `#rgb` or `#rrggbb`; anything else counts as none
 */
export function styleOf(brandColour: string | null): string {
  const light = accentOn(LIGHT, brandColour, ACCENT);
  const dark = accentOn(DARK, brandColour, ACCENT);
  return `
:root {
  color-scheme: light dark;
  --ground: ${LIGHT};
  --ink: #1b1c1f;
  --soft: #5c5f66;
  --line: #e3e4e7;
  --edge: #8b8e96;
  --accent: ${light.colour};
  --surface: ${light.surface};
  --on-surface: ${light.ink};
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: ${DARK};
    --ink: #ececee;
    --soft: #a5a8b0;
    --line: #2e3036;
    --edge: #7d818b;
    --accent: ${dark.colour};
  }
}
${RULES}`;
}

const RULES = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100svh;
  display: flex;
  flex-direction: column;
  background: var(--ground);
  color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  overflow-wrap: anywhere;
}
header, main, footer { width: 100%; max-width: 37rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: clamp(2rem, 9vh, 6rem); padding-bottom: 2.5rem; }
main { flex: 1; padding-bottom: 4rem; }
.brand { display: inline-block; color: inherit; text-decoration: none; font-weight: 600; }
.brand img { display: block; max-width: 12rem; max-height: 3rem; width: auto; height: auto; }
h1 {
  margin: 0 0 .75rem;
  font-size: clamp(1.625rem, 1.35rem + 1.4vw, 2.125rem);
  font-weight: 650;
  line-height: 1.2;
  letter-spacing: -.018em;
  text-wrap: balance;
}
p { margin: 0 0 1rem; text-wrap: pretty; }
.lead { color: var(--soft); margin-bottom: 2rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: .0625em; }
a:hover { text-decoration-thickness: .125em; }
form { margin: 0; }
button {
  appearance: none;
  font: inherit;
  font-weight: 600;
  line-height: 1.25;
  padding: .8125rem 1.5rem;
  border: .0625rem solid var(--accent);
  border-radius: .5rem;
  background: var(--surface);
  color: var(--on-surface);
  cursor: pointer;
}
button:hover { box-shadow: inset 0 0 0 6rem rgb(127 127 127 / .14); }
button.quiet { background: transparent; border-color: var(--edge); color: var(--ink); }
:focus-visible { outline: .1875rem solid var(--accent); outline-offset: .1875rem; border-radius: .25rem; }
button:focus-visible { border-radius: .5rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem 1.5rem; }
.note {
  margin: 0 0 2rem;
  padding: .125rem 0 .125rem 1rem;
  border-left: .1875rem solid var(--accent);
}
fieldset { margin: 0 0 2rem; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; }
.hidden {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
.list {
  display: grid;
  grid-template-columns: 1fr auto;
  align-items: center;
  gap: 0 1.5rem;
  padding: 1.125rem 0;
  border-top: .0625rem solid var(--line);
  cursor: pointer;
}
.list:last-of-type { border-bottom: .0625rem solid var(--line); }
.name { font-weight: 600; }
.about, .state { grid-column: 1; color: var(--soft); font-size: .9375rem; line-height: 1.5; }
.state { color: var(--ink); }
.list input { grid-column: 2; grid-row: 1 / span 3; }
input[type=checkbox] {
  appearance: none;
  position: relative;
  flex: none;
  width: 3rem;
  height: 1.75rem;
  margin: 0;
  border: .125rem solid var(--edge);
  border-radius: 1rem;
  background: transparent;
  cursor: pointer;
  transition: background-color .12s, border-color .12s;
}
input[type=checkbox]::after {
  content: '';
  position: absolute;
  inset: .25rem auto auto .25rem;
  width: 1rem;
  height: 1rem;
  border-radius: 50%;
  background: var(--edge);
  transition: transform .12s, background-color .12s;
}
input[type=checkbox]:checked { background: var(--surface); border-color: var(--accent); }
input[type=checkbox]:checked::after { background: var(--on-surface); transform: translateX(1.25rem); }
input[type=checkbox]:focus-visible { border-radius: 1rem; }
.apart { margin-top: 3rem; padding-top: 1.75rem; border-top: .0625rem solid var(--line); }
.apart h2 { margin: 0 0 .25rem; font-size: 1.0625rem; font-weight: 600; }
.apart p { color: var(--soft); font-size: .9375rem; }
footer { padding-top: 1.25rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .875rem; line-height: 1.55; }
footer p { margin: 0 0 .375rem; }
footer a { color: inherit; }
@media (max-width: 30rem) {
  header { padding-top: 1.75rem; padding-bottom: 2rem; }
  .actions > form, .actions button { width: 100%; }
}
@media (prefers-color-scheme: dark) {
  .brand img { padding: .5rem .75rem; background: #fff; border-radius: .5rem; max-height: 4rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) {
  input[type=checkbox]:checked { background: Highlight; border-color: Highlight; forced-color-adjust: none; }
  input[type=checkbox]::after { background: ButtonText; }
  input[type=checkbox]:checked::after { background: HighlightText; }
}
`;
