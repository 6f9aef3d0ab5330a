import { useState } from 'react';
import { EmailFrame } from '../../email-frame.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { usePreview } from '../use-preview.ts';
import { Device, type DeviceKind } from './device.tsx';
import { PersonPicker, type Person } from './person-picker.tsx';
import { asScheme } from './scheme.ts';

interface PreviewPaneProps {
  readonly preview: ReturnType<typeof usePreview>;
  readonly person: Person | null;
  readonly onPerson: (person: Person | null) => void;
}

/** The email as one person would get it, on a phone or a desktop, in light or dark. */
export function PreviewPane({ preview, person, onPerson }: PreviewPaneProps) {
  const [device, setDevice] = useState<DeviceKind>('phone');
  const [scheme, setScheme] = useState<'light' | 'dark'>('light');
  const [kind, setKind] = useState<'html' | 'text'>('html');
  const [loadsImages, setLoadsImages] = useState(false);
  const { data, isWritten, error, isFetching } = preview;
  const hasImages = /<img\b|background(?:-image)?\s*[=:][^;>]*(?:url|https?:)/i.test(
    data?.html ?? '',
  );
  return (
    <section aria-label="Preview" className="grid content-start gap-3" aria-busy={isFetching}>
      <div className="flex flex-wrap items-center gap-2">
        <PersonPicker person={person} onPick={onPerson} />
        <Segmented
          label="Device"
          value={device}
          onChange={setDevice}
          segments={[
            { value: 'phone', label: 'Phone' },
            { value: 'desktop', label: 'Desktop' },
          ]}
        />
        <Segmented
          label="Colours"
          value={scheme}
          onChange={setScheme}
          segments={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <Segmented
          label="Part"
          value={kind}
          onChange={setKind}
          segments={[
            { value: 'html', label: 'HTML' },
            { value: 'text', label: 'Text' },
          ]}
        />
        {hasImages && kind === 'html' && (
          <Checkbox
            label="Load images"
            checked={loadsImages}
            onChange={(event) => setLoadsImages(event.target.checked)}
          />
        )}
      </div>
      {data !== undefined && <Missing names={data.missing} isPerson={person !== null} />}
      {!isWritten ? (
        <p className="rounded-ui border border-dashed border-edge p-6 text-muted">
          A subject and a body are needed before there is something to see.
        </p>
      ) : data === undefined && error === null ? (
        <Skeleton className="h-96 w-full" />
      ) : (
        <>
          {error !== null && (
            <Notice role="status" tone="fault" title="It cannot be shown like this">
              <p className="text-sm">{error.message}</p>
            </Notice>
          )}
          {data !== undefined && (
            <Device
              kind={device}
              isDark={scheme === 'dark'}
              from={data.from}
              subject={data.subject}
            >
              {kind === 'text' ? (
                <pre
                  // Reached by Tab, so that the keyboard can scroll it.
                  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                  tabIndex={0}
                  aria-label="Plain text of the email"
                  className="h-full overflow-y-auto p-4 font-mono text-sm break-words whitespace-pre-wrap"
                >
                  {data.text}
                </pre>
              ) : (
                <EmailFrame
                  title="Email as the person gets it"
                  html={asScheme(data.html, scheme)}
                  isDark={scheme === 'dark'}
                  loadsImages={loadsImages}
                  className="h-full rounded-none! border-0!"
                />
              )}
            </Device>
          )}
        </>
      )}
    </section>
  );
}

function Missing({
  names,
  isPerson,
}: {
  readonly names: readonly string[];
  readonly isPerson: boolean;
}) {
  if (names.length === 0) return null;
  return (
    <Notice title={`Missing for ${isPerson ? 'this person' : 'a made-up person'}`}>
      <p className="text-sm">
        {names.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <code className="font-mono">{name}</code>
          </span>
        ))}
        : nothing is merged there. A fallback says what stands instead.
      </p>
    </Notice>
  );
}
