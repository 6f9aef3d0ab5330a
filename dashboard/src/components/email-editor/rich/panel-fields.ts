import type { PanelKind } from './panel.ts';

interface PanelField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'merge' | 'text' | 'size' | 'align' | 'html';
  readonly isRequired?: boolean;
  readonly placeholder?: string;
}

/** What can be said of each kind, in the order of its fields. */
export const PANEL_FIELDS: Readonly<Record<PanelKind, readonly PanelField[]>> = {
  link: [
    { name: 'href', label: 'Address', kind: 'merge', isRequired: true, placeholder: 'https://' },
  ],
  image: [
    { name: 'src', label: 'Address', kind: 'merge', isRequired: true, placeholder: 'https://' },
    {
      name: 'alt',
      label: 'What it shows',
      kind: 'merge',
      isRequired: true,
      placeholder: 'For people who do not see it',
    },
    { name: 'href', label: 'Links to', kind: 'merge', placeholder: 'nowhere' },
    { name: 'width', label: 'Width, px', kind: 'size' },
    { name: 'align', label: 'Place', kind: 'align' },
  ],
  button: [
    { name: 'text', label: 'Words', kind: 'merge', isRequired: true, placeholder: 'Get started' },
    { name: 'href', label: 'Address', kind: 'merge', isRequired: true, placeholder: 'https://' },
    { name: 'align', label: 'Place', kind: 'align' },
  ],
  html: [{ name: 'html', label: 'HTML', kind: 'html', isRequired: true }],
  mergeTag: [
    { name: 'name', label: 'Value', kind: 'text', isRequired: true },
    { name: 'fallback', label: 'Where it is missing, say', kind: 'text', placeholder: 'nothing' },
  ],
};

export const PANEL_TITLES: Readonly<Record<PanelKind, string>> = {
  link: 'Link',
  image: 'Image',
  button: 'Button',
  html: 'HTML block',
  mergeTag: 'Merged value',
};

type Attrs = Readonly<Record<string, unknown>>;

/** `example.com/a` is meant as an address of the web; what has a scheme or a merge tag stays. */
function addressOf(text: string): string {
  const address = text.trim();
  if (address === '' || /^(?:[a-z][\w+.-]*:|\{\{|\/|#)/i.test(address)) return address;
  return /^[^\s@/]+@[^\s@/]+\.\w+$/.test(address) ? `mailto:${address}` : `https://${address}`;
}

/** The attributes as the editor keeps them: numbers as numbers, what is empty as null. */
export function attrsOf(kind: PanelKind, texts: Readonly<Record<string, string>>): Attrs {
  const entries = PANEL_FIELDS[kind].map(({ name, kind: field }) => {
    const text = texts[name] ?? '';
    if (field === 'size') return [name, sizeOf(text)];
    if (name === 'href' || name === 'src') return [name, addressOf(text) || null];
    return [name, text === '' ? null : text];
  });
  return Object.fromEntries(entries) as Attrs;
}

function sizeOf(text: string): number | null {
  const size = Math.round(Number(text));
  return size >= 1 && size <= 5000 ? size : null;
}

export const textsOf = (kind: PanelKind, attrs: Attrs): Record<string, string> =>
  Object.fromEntries(
    PANEL_FIELDS[kind].map(({ name }) => {
      const value = attrs[name];
      return [name, typeof value === 'string' || typeof value === 'number' ? String(value) : ''];
    }),
  );

/** The first required field that says nothing. */
export const missingOf = (
  kind: PanelKind,
  texts: Readonly<Record<string, string>>,
): PanelField | undefined =>
  PANEL_FIELDS[kind].find(
    ({ name, isRequired }) => isRequired && (texts[name] ?? '').trim() === '',
  );
