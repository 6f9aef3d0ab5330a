import CodeXml from 'lucide-react/icons/code-xml';
import { useState } from 'react';
import { useSide } from '../../../api/side.ts';
import { CopyBlock } from '../../../components/copy-block.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Popover } from '../../../components/ui/popover.tsx';
import { Segmented } from '../../../components/ui/segmented.tsx';
import { useDraft } from '../draft/use-draft.ts';

type Language = 'curl' | 'JavaScript' | 'Python';

/** What stands in for the key where none may be shown. */
const NO_KEY = 'YOUR_WIDGET_KEY';

interface Call {
  readonly origin: string;
  readonly key: string;
  readonly seriesId: string;
}

const CALLS: Readonly<Record<Language, (call: Call) => string>> = {
  curl: ({ origin, key, seriesId }) => `curl ${origin}/api/sdk/series \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"action":"enroll","user_id":"42","series_id":"${seriesId}"}'`,
  JavaScript: ({ origin, key, seriesId }) => `await fetch('${origin}/api/sdk/series', {
  method: 'POST',
  headers: {
    Authorization: 'Bearer ${key}',
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    action: 'enroll',
    user_id: '42',
    series_id: '${seriesId}',
  }),
});`,
  Python: ({ origin, key, seriesId }) => `requests.post(
    "${origin}/api/sdk/series",
    headers={"Authorization": "Bearer ${key}"},
    json={
        "action": "enroll",
        "user_id": "42",
        "series_id": "${seriesId}",
    },
)`,
};

/** The id that the API needs, and the call that enrolls somebody. */
export function UseFromCode() {
  const { side } = useSide();
  const { series } = useDraft();
  const [language, setLanguage] = useState<Language>('curl');
  const call = {
    origin: window.location.origin,
    key: side.widget_key ?? NO_KEY,
    seriesId: series.id,
  };
  return (
    <Popover
      className="w-[30rem]!"
      trigger={
        <Button look="bare">
          <CodeXml size={16} aria-hidden />
          <span className="hidden wide:inline">Use from code</span>
          <span className="sr-only wide:hidden">Use from code</span>
        </Button>
      }
    >
      <div className="grid gap-3">
        <span className="grid gap-0.5">
          <span className="text-sm font-semibold">Series id</span>
          <CopyText text={series.id} label="Copy the series id" />
        </span>
        <div className="grid justify-items-start gap-2">
          <Segmented<Language>
            label="Language"
            value={language}
            segments={[
              { value: 'curl', label: 'curl' },
              { value: 'JavaScript', label: 'JavaScript' },
              { value: 'Python', label: 'Python' },
            ]}
            onChange={setLanguage}
          />
          <div className="w-full min-w-0">
            <CopyBlock title="Enroll a user" text={CALLS[language](call)} />
          </div>
          <p className="text-sm text-muted">
            Identify the user first. Until the series is active, enrolling is refused.
          </p>
        </div>
      </div>
    </Popover>
  );
}
